import assert from 'node:assert/strict';
import { limits, until } from '../time.js';
import { withAgent } from './freeze-agent.js';
import { checkWritable } from './frozen.js';
import type { Scenario } from './scenario.js';

/** A filesystem with unwritten data on a device that takes no writes: the call that freezes it does not come back. */
const makeHang = `
  set -e
  mkdir -p /mnt/hung
  dd if=/dev/zero of=/run/hung.img bs=1M count=16 2>/dev/null
  loop=$(losetup -f)
  losetup $loop /run/hung.img
  echo $loop >/run/hung.loop
  echo "0 32768 linear $loop 0" | dmsetup create hung
  dmsetup mknodes
  mke2fs /dev/mapper/hung >/dev/null
  mount -t ext4 /dev/mapper/hung /mnt/hung
  echo unwritten >/mnt/hung/unwritten
  dmsetup suspend --nolockfs --noflush hung`;

/** Written through one by one: a sync of everything would wait for the device that hangs. */
const writeElsewhere = `
  for folder in /mnt/data /mnt/more /mnt/loop; do
    dd if=/etc/agent-command of=$folder/written conv=fsync 2>/dev/null || exit 1
  done`;

const undo = `
  dmsetup resume hung
  sleep 1
  fsfreeze --unfreeze /mnt/hung
  umount /mnt/hung
  dmsetup remove hung
  losetup -d $(cat /run/hung.loop)
  rm -f /run/hung.img
  true`;

/** The device hangs: the freeze says which one, undoes the rest, and what freezes late is thawed at once. */
export const freezeHung: Scenario = {
  name: 'freeze: a filesystem on a hung device is named, the others are thawed',
  notFor: { qemu: 'it hangs with the device, and answers nothing' },
  run: (machine) =>
    withAgent(machine, { options: '--freeze-limit=3 -v' }, async (line) => {
      const { control } = machine;
      await control.output(makeHang);
      try {
        const first = await line.failure('guest-fsfreeze-freeze');
        assert.equal(first.desc, 'failed to freeze /mnt/hung: no end within 3 s');
        assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
        await control.output(writeElsewhere);
        const second = await line.failure('guest-fsfreeze-freeze');
        assert.equal(second.desc, 'failed to freeze /mnt/hung: an earlier call on it has not come back');
        const mountpoints = ['/mnt/data', '/mnt/more'];
        assert.equal(await line.command('guest-fsfreeze-freeze-list', { mountpoints }), 2);
        assert.equal(await line.command('guest-fsfreeze-thaw'), 2);
        await control.output('dmsetup resume hung');
        const undone = (): Promise<boolean> => control.succeeds('grep -q "thawed at once" /run/agent/virtio.log');
        await until(undone, limits.reply, 'thaw of what was frozen late');
        await checkWritable(machine, ['/mnt/hung']);
      } finally {
        await control.run(undo);
      }
    }),
};
