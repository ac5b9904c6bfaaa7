import assert from 'node:assert/strict';
import { withAgent } from './freeze-agent.js';
import { checkWritable, filesystems } from './frozen.js';
import type { Scenario } from './scenario.js';

const hidden: Scenario = {
  name: 'freeze: a frozen filesystem hidden by another mount is thawed',
  notFor: { qemu: 'it opens what lies above, and the filesystem below stays frozen' },
  run: (machine) =>
    withAgent(machine, {}, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      await machine.control.output('mount -t tmpfs tmpfs /mnt/more');
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      await machine.control.output('umount /mnt/more');
      await checkWritable(machine, ['/mnt/more']);
    }),
};

const unmounted: Scenario = {
  name: 'freeze: a frozen filesystem unmounted lazily is thawed',
  notFor: { qemu: 'it cannot find what is not mounted; that filesystem stays frozen' },
  run: (machine) =>
    withAgent(machine, {}, async (line) => {
      await line.command('guest-fsfreeze-freeze');
      await machine.control.output('umount -l /mnt/loop');
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      await machine.control.output('mount -t ext4 -o loop /mnt/more/loop.img /mnt/loop');
      await checkWritable(machine, ['/mnt/loop']);
    }),
};

/** Mounts change between freeze and thaw. */
export const freezeHidden: readonly Scenario[] = [hidden, unmounted];
