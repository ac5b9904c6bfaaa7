import assert from 'node:assert/strict';
import { withFreezableLine } from './frozen.js';
import type { Scenario } from './scenario.js';

/** The hook of option -F writes to a disk, so it proves as well that it runs before the freeze and after the thaw. */
export const freezeHook: Scenario = {
  name: 'the hook runs before the freeze and after the thaw',
  run: (machine) =>
    withFreezableLine(machine, async (line) => {
      await machine.control.output('rm -f /mnt/data/hook.log');
      await line.command('guest-fsfreeze-freeze');
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze');
      await line.command('guest-fsfreeze-thaw');
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
    }),
};
