import assert from 'node:assert/strict';
import { checkWritable, filesystems, withFreezableLine } from './frozen.js';
import type { Scenario } from './scenario.js';

/** Freeze and thaw say how many filesystems they worked on: two disks and a loop mount, the bind mount not again. */
export const freezeCounts: Scenario = {
  name: 'freeze and thaw count the filesystems',
  run: (machine) =>
    withFreezableLine(machine, async (line) => {
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems);
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      assert.equal(await line.command('guest-fsfreeze-thaw'), 0, 'a second thaw');
      const mountpoints = ['/mnt/more', '/mnt/nowhere'];
      assert.equal(await line.command('guest-fsfreeze-freeze-list', { mountpoints }), 1);
      await checkWritable(machine, ['/mnt/data']);
      assert.equal(await line.command('guest-fsfreeze-thaw'), 1);
      assert.equal(await line.command('guest-fsfreeze-freeze-list', { mountpoints: [] }), 0);
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed', 'status after a freeze of nothing');
      // Frozen from outside: the loop mount, since the hook writes to one disk and the loop's image lies on the other.
      await machine.control.output('fsfreeze --freeze /mnt/loop');
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems - 1, 'with one frozen by somebody else');
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
    }),
};
