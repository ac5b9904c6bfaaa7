import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import { disksAppear } from './buses.js';
import type { Scenario } from './scenario.js';

/** A volume over two disks, with a filesystem, as a logical volume manager makes it; and what udev would note down. */
const SET_UP = `
printf '0 32768 linear /dev/nvme0n1 0\\n32768 16384 linear /dev/sda 0\\n' | dmsetup create pair --noudevsync
mkdir -p /run/udev/data /tmp/pair
echo I:1 > /run/udev/data/b$(cat /sys/block/dm-0/dev)
echo E:DM_NAME=pair >> /run/udev/data/b$(cat /sys/block/dm-0/dev)
echo E:ID_SERIAL=health_1 > /run/udev/data/b$(cat /sys/block/nvme0n1/dev)
mount -t ext4 /dev/dm-0 /tmp/pair`;

const TEAR_DOWN = 'umount /tmp/pair && dmsetup remove pair --noudevsync && rm -r /run/udev';

/** The volume's disks are those below it, and its name is what people gave it. */
export const deviceMapper: Scenario = {
  name: 'guest-get-disks and guest-get-fsinfo see through the device mapper',
  needs: 'guest-get-disks',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await disksAppear(control);
      await control.output(SET_UP);
      await line.sync();
      const disks = elements(await line.command('guest-get-disks')).map(members);
      const volume = disks.find(({ name }) => name === '/dev/dm-0');
      assert.ok(volume, JSON.stringify(disks));
      const { dependencies, ...rest } = volume;
      assert.deepEqual(rest, { name: '/dev/dm-0', partition: false, alias: 'pair' });
      // the kernel lists them in the order of a hash; both lists are that order backwards
      assert.deepEqual(new Set(elements(dependencies)), new Set(['/dev/nvme0n1', '/dev/sda']));
      const [filesystem] = elements(await line.command('guest-get-fsinfo')).map(members);
      assert.equal(filesystem?.['name'], 'dm-0');
      const below = elements(filesystem['disk']).map(members);
      assert.deepEqual(
        below.map(({ dev }) => dev),
        dependencies,
      );
      assert.equal(below.find(({ dev }) => dev === '/dev/nvme0n1')?.['serial'], 'health_1');
      await control.output(TEAR_DOWN);
    }),
};
