import assert from 'node:assert/strict';
import type { Machine } from '../machine/machine.js';
import { limits, until } from '../time.js';
import { endAgent, startAgain, withAgent } from './freeze-agent.js';
import { checkWritable } from './frozen.js';
import type { Scenario } from './scenario.js';

const everywhere = ['/mnt/data', '/mnt/more', '/mnt/loop'];

/** A hook that takes its time when it is called for the first time with an argument. */
const slowOnce = (action: string): string => `
  if [ "$1" = ${action} ] && [ ! -e /run/hook-began ]; then
    touch /run/hook-began
    sleep 30
  fi`;

const hookRuns = (machine: Machine): Promise<void> =>
  until(() => machine.control.succeeds('test -e /run/hook-began'), limits.reply, 'start of the hook');

const whileFreezing: Scenario = {
  name: 'freeze: SIGKILL while freezing, the next process knows and its thaw tells the hook',
  notFor: { qemu: 'its successor does not know of the freeze; nothing is frozen yet, and the hook is never told' },
  run: (machine) =>
    withAgent(machine, { hook: slowOnce('freeze') }, async (line) => {
      line.send('guest-fsfreeze-freeze');
      await hookRuns(machine);
      await endAgent(machine, 'KILL');
      await checkWritable(machine, everywhere);
      await startAgain(machine);
      await line.sync(limits.firstReply);
      assert.equal(await line.command('guest-fsfreeze-status'), 'frozen');
      assert.equal(await line.command('guest-fsfreeze-thaw'), 0);
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
    }),
};

const whileThawing: Scenario = {
  name: 'freeze: SIGKILL while thawing, the next process finishes',
  notFor: { qemu: 'its successor believes that all is done, though the hook was not' },
  run: (machine) =>
    withAgent(machine, { hook: slowOnce('thaw') }, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      line.send('guest-fsfreeze-thaw');
      await hookRuns(machine);
      await endAgent(machine, 'KILL');
      await checkWritable(machine, everywhere);
      await startAgain(machine);
      await line.sync(limits.firstReply);
      assert.equal(await line.command('guest-fsfreeze-status'), 'frozen');
      assert.equal(await line.command('guest-fsfreeze-thaw'), 0);
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw\nthaw');
    }),
};

/** The agent dies in the middle. */
export const freezeKilled: readonly Scenario[] = [whileFreezing, whileThawing];
