import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import type { AgentLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Scenario } from './scenario.js';

/** The commands every client starts with. */
export const basics: Scenario = {
  name: 'sync, ping and info over virtio-serial',
  run: (machine) => withLine(machine.virtioLine, checkBasics),
};

/** The same for any line. @throws Error when an answer is not what QEMU's agent says */
export async function checkBasics(line: AgentLine): Promise<void> {
  await line.sync();
  line.send('guest-sync-delimited', { id: 123456789 });
  assert.equal((await line.rawLine('sync reply')).toString('latin1'), '\xff{"return": 123456789}');
  assert.equal(await line.command('guest-sync', { id: -5 }), -5);
  line.write('{"execute":"guest-ping","id":"x"}{"execute":"guest-ping"}');
  assert.equal((await line.rawLine('first of two pings')).toString(), '{"return": {}, "id": "x"}');
  assert.equal((await line.rawLine('second of two pings')).toString(), '{"return": {}}');
  checkInfo(members(await line.command('guest-info')));
}

function checkInfo(info: ReturnType<typeof members>): void {
  const { version } = info;
  assert.ok(typeof version === 'string' && /^\d+\.\d+/.test(version), 'version of guest-info');
  const commands = new Map(elements(info['supported_commands']).map((one) => [members(one)['name'], members(one)]));
  assert.deepEqual(commands.get('guest-ping'), { name: 'guest-ping', enabled: true, 'success-response': true });
  assert.deepEqual(commands.get('guest-shutdown'), {
    name: 'guest-shutdown',
    enabled: true,
    'success-response': false,
  });
}
