import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskCommands } from '../dist/commands/disks.js';
import { SystemError } from '../dist/core/system-error.js';
import { NVME_IOCTL_ADMIN_CMD } from '../dist/linux/constants.js';
import { contextWithFiles } from './support/fake-context.js';
import { fakeFiles, type Entry } from './support/fake-files.js';
import { device, disk, driver } from './support/machines.js';

const getDisks = diskCommands['guest-get-disks'];
const getDiskstats = diskCommands['guest-get-diskstats'];
const NVME = 'pci0000:00/0000:00:05.0';
const ENOTTY = 25;

const nvme: Record<string, Entry> = {
  ...disk({ name: 'nvme0n1', number: '259:0', at: `${NVME}/nvme/nvme0`, slaves: [], udev: ['ID_SERIAL=QEMU_foo'] }),
  ...driver(NVME, 'nvme'),
  '/dev/nvme0n1': '',
};

test('partitions come before their disk, the last disk first', async () => {
  const { files } = fakeFiles({
    ...disk({ name: 'loop0', number: '7:0', at: 'virtual/block', size: 0, slaves: [] }),
    ...disk({ name: 'loop1', number: '7:1', at: 'virtual/block', slaves: [] }),
    ...disk({ name: 'vda', number: '254:0', at: 'vbd-1/block', slaves: [] }),
    ...device({ name: 'vda1', number: '254:1', at: 'vbd-1/block/vda' }),
    ...device({ name: 'vda2', number: '254:2', at: 'vbd-1/block/vda' }),
    ...device({ name: 'vdax', number: '254:3', at: 'vbd-1/block/vda' }),
    ...disk({
      name: 'dm-0',
      number: '252:0',
      at: 'virtual/block',
      udev: ['DM_NAME=vg0-root', 'DM_UUID=x'],
      slaves: ['/sys/devices/vbd-1/block/vda/vda1', '/sys/devices/vbd-1/block/vda/vda2'],
    }),
  });
  const found = await getDisks.run({}, contextWithFiles(files));
  const unknown = { domain: -1, bus: -1, slot: -1, function: -1 };
  assert.deepEqual(found, [
    { name: '/dev/dm-0', partition: false, dependencies: ['/dev/vda2', '/dev/vda1'], alias: 'vg0-root' },
    { name: '/dev/vda2', partition: true, dependencies: ['/dev/vda'] },
    { name: '/dev/vda1', partition: true, dependencies: ['/dev/vda'] },
    {
      name: '/dev/vda',
      partition: false,
      dependencies: [],
      address: { 'pci-controller': unknown, 'bus-type': 'unknown', bus: 0, target: 0, unit: 0, dev: '/dev/vda' },
    },
    { name: '/dev/loop1', partition: false, dependencies: [] },
  ]);
});

test('names with a p, and names with a slash', async () => {
  const { files } = fakeFiles({
    ...disk({ name: 'mmcblk0', number: '179:0', at: 'platform/mmc/block' }),
    ...device({ name: 'mmcblk0p1', number: '179:1', at: 'platform/mmc/block/mmcblk0' }),
    ...device({ name: 'mmcblk0boot0', number: '179:8', at: 'platform/mmc/block/mmcblk0' }),
    ...disk({ name: 'cciss!c0d0', number: '104:0', at: 'pci0000:00/0000:00:09.0/cciss0/c0d0/block' }),
    ...device({ name: 'cciss!c0d0p1', number: '104:1', at: 'pci0000:00/0000:00:09.0/cciss0/c0d0/block/cciss!c0d0' }),
  });
  const found = await getDisks.run({}, contextWithFiles(files));
  assert.deepEqual(
    found.map(({ name, dependencies }) => [name, dependencies]),
    [
      ['/dev/cciss/c0d0p1', ['/dev/cciss/c0d0']],
      ['/dev/cciss/c0d0', undefined],
      ['/dev/mmcblk0p1', ['/dev/mmcblk0']],
      ['/dev/mmcblk0', undefined],
    ],
  );
});

test('the health of an NVMe disk', async () => {
  const { files } = fakeFiles(nvme, {
    ioctl: (path, request, argument, pointee) => {
      assert.equal(path, '/dev/nvme0n1');
      assert.equal(request, NVME_IOCTL_ADMIN_CMD);
      assert.equal(argument.length, 72);
      assert.equal(pointee?.at, 24);
      pointee.bytes.set([0, 0x43, 0x01, 99]);
      return 0;
    },
  });
  const [found] = await getDisks.run({}, contextWithFiles(files));
  assert.equal(found?.address?.['bus-type'], 'nvme');
  assert.equal(found.address.serial, 'QEMU_foo');
  assert.ok(found.smart?.type === 'nvme');
  assert.equal(found.smart.temperature, 0x143);
  assert.equal(found.smart['available-spare'], 99);
});

test('a disk that does not tell its health', async () => {
  const refusing = (): number => {
    throw new SystemError(ENOTTY);
  };
  for (const ioctl of [refusing, () => 0x4002]) {
    const [found] = await getDisks.run({}, contextWithFiles(fakeFiles(nvme, { ioctl }).files));
    assert.equal(found?.name, '/dev/nvme0n1');
    assert.equal(found.smart, undefined);
  }
});

test('a device that goes away in between is left out', async () => {
  const { files } = fakeFiles({
    '/sys/block/gone': { to: '../devices/gone' },
    '/sys/block/nodeless': { to: '../devices/nodeless' },
    '/sys/devices/nodeless/size': '8\n',
  });
  assert.deepEqual(await getDisks.run({}, contextWithFiles(files)), []);
});

test('without sysfs', async () => {
  const { files } = fakeFiles({});
  await assert.rejects(async () => getDisks.run({}, contextWithFiles(files)), {
    message: 'Can\'t open directory "/sys/block": No such file or directory',
  });
});

test('hundreds of loop devices without a file cost one look each', async () => {
  const count = 500;
  const loops = Array.from({ length: count }, (_, at) =>
    disk({ name: `loop${String(at)}`, number: `7:${String(at)}`, at: 'virtual/block', size: 0, slaves: [] }),
  );
  const { files, calls } = fakeFiles(Object.assign({}, ...loops) as Record<string, Entry>);
  assert.deepEqual(await getDisks.run({}, contextWithFiles(files)), []);
  assert.deepEqual(Object.fromEntries(calls), { readdir: 1, readSmall: count });
});

test('disk statistics, and a kernel without them', async () => {
  const { files } = fakeFiles({ '/proc/diskstats': '   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n' });
  const [loop] = await getDiskstats.run({}, contextWithFiles(files));
  assert.equal(loop?.name, 'loop0');
  await assert.rejects(async () => getDiskstats.run({}, contextWithFiles(fakeFiles({}).files)), {
    message: "Could not open '/proc/diskstats': No such file or directory",
  });
});
