import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesystemCommands } from '../dist/commands/filesystems.js';
import { SystemError } from '../dist/core/system-error.js';
import { EINVAL, EOPNOTSUPP, FITRIM } from '../dist/linux/constants.js';
import { contextWithFiles } from './support/fake-context.js';
import { fakeFiles, FOLDER, type Entry } from './support/fake-files.js';
import { device, disk, driver, mountinfo } from './support/machines.js';

const fsinfo = filesystemCommands['guest-get-fsinfo'];
const fstrim = filesystemCommands['guest-fstrim'];
const EACCES = 13;

const MOUNTS = mountinfo('8:1 / ext4 /dev/sda1', '8:2 /mnt/b\\040c xfs /dev/sda2', '8:3 /boot vfat /dev/sda3');
const POINTS = { '/': FOLDER, '/mnt/b c': FOLDER, '/boot': FOLDER };

test('sizes, and the last mount first', async () => {
  const { files } = fakeFiles(
    { ...MOUNTS, ...device({ name: 'sda1', number: '8:1', at: 'vbd-1/block/sda' }) },
    {
      statvfs: (path) => {
        if (path === '/boot') throw new SystemError(EACCES);
        return { fragmentSize: 4096, blocks: 100, free: 60, available: 50 };
      },
    },
  );
  const found = await fsinfo.run({}, contextWithFiles(files));
  assert.deepEqual(found[0], { name: '8:3', mountpoint: '/boot', type: 'vfat', disk: [] });
  assert.equal(found[1]?.mountpoint, '/mnt/b c');
  assert.equal(found[2]?.name, 'sda1');
  assert.equal(found[2]['used-bytes'], 40 * 4096);
  assert.equal(found[2]['total-bytes'], 90 * 4096);
  assert.equal(found[2]['total-bytes-privileged'], 100 * 4096);
});

test('without a table of mounts', async () => {
  const { files } = fakeFiles({});
  const desc = "failed to open mtab file: '/proc/self/mounts': No such file or directory";
  await assert.rejects(async () => fsinfo.run({}, contextWithFiles(files)), { message: desc });
  await assert.rejects(async () => fstrim.run({}, contextWithFiles(files)), { message: desc });
});

test('sysfs cannot be followed', async () => {
  const { files } = fakeFiles(MOUNTS);
  const refusing = { ...files, realpath: () => Promise.reject(new SystemError(EACCES)) };
  await assert.rejects(async () => fsinfo.run({}, contextWithFiles(refusing)), {
    message: 'realpath("/sys/dev/block/8:1"): Permission denied',
  });
});

test('a device is looked at once, however many filesystems are on top of it', async () => {
  const count = 2000;
  const lines = Array.from(
    { length: count },
    (_, at) => `252:${String(at)} /mnt/${String(at)} ext4 /dev/dm-${String(at)}`,
  );
  const controller = 'pci0000:00/0000:00:04.0';
  const at = `${controller}/virtio2/host0/target0:0:2/0:0:2:3/block`;
  const slaves = [`/sys/devices/${at}/sda`];
  const volumes = lines.map((_, minor) =>
    disk({ name: `dm-${String(minor)}`, number: `252:${String(minor)}`, at: 'virtual/block', slaves }),
  );
  const { files, calls } = fakeFiles(
    Object.assign(
      {},
      mountinfo(...lines),
      disk({ name: 'sda', number: '8:0', at }),
      driver(controller, 'virtio-pci'),
      ...volumes,
    ) as Record<string, Entry>,
  );
  const found = await fsinfo.run({}, contextWithFiles(files));
  assert.equal(found.length, count);
  assert.ok(found.every((one) => one.disk[0]?.['bus-type'] === 'scsi'));
  assert.equal(calls.get('readlink'), 1);
  assert.ok((calls.get('realpath') ?? 0) <= 2 * count);
  assert.ok((calls.get('open') ?? 0) <= 3, 'mountinfo, uevent and udev record');
});

test('trim: what the kernel did, and what it did not', async () => {
  const asked: bigint[][] = [];
  const { files } = fakeFiles(
    { ...MOUNTS, ...POINTS },
    {
      ioctl: (path, request, argument) => {
        assert.equal(request, FITRIM);
        if (path === '/boot') throw new SystemError(EOPNOTSUPP);
        if (path === '/mnt/b c') throw new SystemError(EINVAL);
        const range = new BigUint64Array(argument.buffer);
        asked.push([...range]);
        range.set([0n, 57_367_552n, 4096n]);
        return 0;
      },
    },
  );
  const { paths } = await fstrim.run({ minimum: 100 }, contextWithFiles(files));
  assert.deepEqual(paths, [
    { path: '/boot', error: 'trim not supported' },
    { path: '/mnt/b c', error: 'failed to trim: Invalid argument' },
    { path: '/', trimmed: 57_367_552, minimum: 4096 },
  ]);
  assert.deepEqual(asked, [[0n, 2n ** 64n - 1n, 100n]]);
});

test('trim: a negative minimum wraps as in C, a mount point that is gone is told', async () => {
  let minimum = 0n;
  const { files } = fakeFiles(
    { ...MOUNTS, '/boot': FOLDER },
    { ioctl: (_, __, argument) => ((minimum = new BigUint64Array(argument.buffer)[2] ?? 0n), 0) },
  );
  const { paths } = await fstrim.run({ minimum: -1 }, contextWithFiles(files));
  assert.equal(minimum, 2n ** 64n - 1n);
  assert.deepEqual(paths[1], { path: '/mnt/b c', error: 'failed to open: No such file or directory' });
  assert.equal(paths[0]?.minimum, Number.MAX_SAFE_INTEGER);
});
