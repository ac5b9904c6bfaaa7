import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import type { AgentLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Json } from '../machine/json.js';
import { limits } from '../time.js';
import { endAgent, startAgain, withAgent } from './freeze-agent.js';
import { checkWritable, filesystems } from './frozen.js';
import type { Scenario } from './scenario.js';

const everywhere = ['/mnt/data', '/mnt/more', '/mnt/loop'];

/** The last freeze, as the agent's report tells it. */
export async function lastFreeze(line: AgentLine): Promise<{ readonly [key: string]: Json }> {
  return members(members(await line.command('__qga_fsfreeze-report'))['last']);
}

async function checkTold(line: AgentLine, reason: RegExp): Promise<void> {
  assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
  const { class: name, desc } = await line.failure('guest-fsfreeze-thaw');
  assert.equal(name, 'GenericError');
  assert.match(desc, reason);
  assert.equal(await line.command('guest-fsfreeze-thaw'), 0, 'the thaw after the one that was told');
}

const hostGone: Scenario = {
  name: 'freeze: the host goes away while frozen, the lease thaws and the next thaw is told',
  notFor: { qemu: 'it has no lease: the guest stays frozen until a host comes back' },
  run: (machine) =>
    withAgent(machine, { options: '--freeze-timeout=4' }, async (line) => {
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems);
      line.close();
      await checkWritable(machine, everywhere);
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
      await withLine(machine.virtioLine, async (again) => {
        await again.sync();
        const report = await lastFreeze(again);
        assert.equal(report['end'], 'lease');
        const frozen = elements(report['mounts']).filter((mount) => members(mount)['result'] === 'frozen');
        assert.equal(frozen.length, filesystems);
        await checkTold(again, /thawed by the agent after 4 s \(freeze-timeout\); a snapshot/);
      });
    }),
};

const stopped: Scenario = {
  name: 'freeze: SIGTERM while frozen thaws, and the next process tells it',
  notFor: { qemu: 'it ignores SIGTERM while frozen' },
  run: (machine) =>
    withAgent(machine, {}, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      await endAgent(machine, 'TERM');
      await checkWritable(machine, everywhere);
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
      await startAgain(machine);
      await line.sync(limits.firstReply);
      await checkTold(line, /when it was told to stop; a snapshot/);
    }),
};

const killedWithLease: Scenario = {
  name: 'freeze: SIGKILL while frozen, the lease goes on from its beginning',
  notFor: { qemu: 'it has no lease: its successor waits for a thaw' },
  run: (machine) =>
    withAgent(machine, { options: '--freeze-timeout=12' }, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      await endAgent(machine, 'KILL');
      await machine.control.output('sleep 4');
      await startAgain(machine);
      await line.sync(limits.firstReply);
      const report = members(await line.command('__qga_fsfreeze-report'));
      assert.ok(Number(report['lease-remaining']) <= 8, `lease-remaining ${JSON.stringify(report['lease-remaining'])}`);
      assert.equal(report['status'], 'frozen');
      await checkWritable(machine, everywhere);
      await checkTold(line, /after 12 s/);
    }),
};

/** A freeze ends by itself. */
export const freezeLease: readonly Scenario[] = [hostGone, stopped, killedWithLease];
