import assert from 'node:assert/strict';
import type { AgentLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Json } from '../machine/json.js';
import { limits, sleep, until } from '../time.js';
import { isWriterDone, startWriter, withFreezableLine } from './frozen.js';
import type { Scenario } from './scenario.js';

/** The only commands that work between freeze and thaw. */
const allowed = [
  'guest-fsfreeze-status',
  'guest-fsfreeze-thaw',
  'guest-info',
  'guest-ping',
  'guest-sync',
  'guest-sync-delimited',
];

/** A freeze is real: a write waits for the thaw, and commands that could write are refused. */
export const freezeBlocksWrites: Scenario = {
  name: 'a write waits for the thaw, other commands are refused',
  run: (machine) =>
    withFreezableLine(machine, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      await startWriter(machine, ['/mnt/data']);
      await sleep(1000);
      assert.equal(await line.command('guest-fsfreeze-status'), 'frozen');
      assert.ok(!(await isWriterDone(machine)), 'a write went through a frozen filesystem');
      await checkOnlyAllowed(line);
      await line.command('guest-fsfreeze-thaw');
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
      await until(() => isWriterDone(machine), limits.reply, 'end of the write after the thaw');
      assert.equal(await machine.control.output('cat /mnt/data/written'), 'x');
      const handle = await line.command('guest-file-open', { path: '/mnt/data/written' });
      await line.command('guest-file-close', { handle });
    }),
};

async function checkOnlyAllowed(line: AgentLine): Promise<void> {
  const commands = elements(members(await line.command('guest-info'))['supported_commands']).map(members);
  const enabled = commands
    .filter((one) => one['enabled'] === true)
    .map((one) => one['name'])
    // extensions are not QEMU's business
    .filter((name) => typeof name === 'string' && !name.startsWith('__'));
  assert.deepEqual(enabled.sort(), allowed, 'commands that guest-info calls enabled');
  await line.command('guest-ping');
  assert.equal(await line.command('guest-sync', { id: 5 }), 5);
  // Shutdown is last: refused, it must not have any effect.
  const refused: readonly (readonly [string, Json?])[] = [
    ['guest-fsfreeze-freeze'],
    ['guest-file-open', { path: '/run/refused', mode: 'w' }],
    ['guest-shutdown'],
  ];
  for (const [name, args] of refused) {
    assert.equal((await line.failure(name, args)).class, 'CommandNotFound', `error class of ${name} while frozen`);
  }
}
