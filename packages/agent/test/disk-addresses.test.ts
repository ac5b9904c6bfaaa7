import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesystemCommands } from '../dist/commands/filesystems.js';
import { contextWithFiles } from './support/fake-context.js';
import { fakeFiles, FOLDER, type Entry } from './support/fake-files.js';
import { device, disk, driver, mountinfo } from './support/machines.js';

const PCI = 'pci0000:00';
const NOWHERE = { domain: -1, bus: -1, slot: -1, function: -1 };

function pci(slot: number, fun = 0, bus = 0): object {
  return { domain: 0, bus, slot, function: fun };
}

/** The addresses that a filesystem on device 8:1 gets. */
async function addresses(...trees: readonly Record<string, Entry>[]): Promise<unknown> {
  const { files } = fakeFiles(Object.assign({}, mountinfo('8:1 /data ext4 /dev/x'), ...trees) as Record<string, Entry>);
  const [filesystem] = await filesystemCommands['guest-get-fsinfo'].run({}, contextWithFiles(files));
  return filesystem?.disk;
}

function address(place: object): object {
  return { 'pci-controller': NOWHERE, 'bus-type': 'unknown', bus: 0, target: 0, unit: 0, dev: '/dev/sda1', ...place };
}

function partition(at: string, more: object = {}): Record<string, Entry> {
  return device({ name: 'sda1', number: '8:1', at, ...more });
}

test('virtio-blk', async () => {
  const found = await addresses(
    device({ name: 'vda1', number: '8:1', at: `${PCI}/0000:00:02.0/virtio1/block/vda` }),
    driver(`${PCI}/0000:00:02.0`, 'virtio-pci'),
  );
  assert.deepEqual(found, [address({ 'pci-controller': pci(2), 'bus-type': 'virtio', dev: '/dev/vda1' })]);
});

test('virtio-scsi: the unit is the LUN', async () => {
  const at = `${PCI}/0000:00:04.0/virtio2/host0/target0:0:2/0:0:2:3/block/sda`;
  const found = await addresses(partition(at), driver(`${PCI}/0000:00:04.0`, 'virtio-pci'));
  assert.deepEqual(found, [address({ 'pci-controller': pci(4), 'bus-type': 'scsi', unit: 3 })]);
});

test('a controller behind a bridge', async () => {
  const found = await addresses(
    partition(`${PCI}/0000:00:1c.0/0000:01:00.0/virtio0/block/vda`),
    driver(`${PCI}/0000:00:1c.0`, 'pcieport'),
    driver(`${PCI}/0000:00:1c.0/0000:01:00.0`, 'virtio-pci'),
  );
  assert.deepEqual(found, [address({ 'pci-controller': pci(0, 0, 1), 'bus-type': 'virtio' })]);
});

test('SATA: the unit is the index of the port on its controller', async () => {
  const controller = `${PCI}/0000:00:1f.2`;
  const found = await addresses(
    partition(`${controller}/ata9/host8/target8:0:0/8:0:0:0/block/sda`, { udev: ['ID_SERIAL=QEMU_HARDDISK_QM00005'] }),
    driver(controller, 'ahci'),
    Object.fromEntries(
      ['ata10', 'ata7', 'ata8', 'ata_port'].map((name) => [`/sys/devices/${controller}/${name}`, FOLDER]),
    ),
  );
  const sata = { 'pci-controller': pci(31, 2), 'bus-type': 'sata', unit: 2, serial: 'QEMU_HARDDISK_QM00005' };
  assert.deepEqual(found, [address(sata)]);
});

test('IDE: the bus is the index of the channel, the unit its master or slave', async () => {
  const controller = `${PCI}/0000:00:01.1`;
  const found = await addresses(
    partition(`${controller}/ata2/host1/target1:0:1/1:0:1:0/block/sda`),
    driver(controller, 'ata_piix'),
    { [`/sys/devices/${controller}/ata1`]: FOLDER },
  );
  assert.deepEqual(found, [address({ 'pci-controller': pci(1, 1), 'bus-type': 'ide', bus: 1, unit: 1 })]);
});

test('LSI SCSI: the unit is the target', async () => {
  const at = `${PCI}/0000:00:06.0/host2/target2:0:4/2:0:4:0/block/sda`;
  const found = await addresses(partition(at), driver(`${PCI}/0000:00:06.0`, 'sym53c8xx'));
  assert.deepEqual(found, [address({ 'pci-controller': pci(6), 'bus-type': 'scsi', unit: 4 })]);
});

test('NVMe and USB', async () => {
  const nvme = partition(`${PCI}/0000:00:05.0/nvme/nvme0/nvme0n1`);
  assert.deepEqual(await addresses(nvme, driver(`${PCI}/0000:00:05.0`, 'nvme')), [
    address({ 'pci-controller': pci(5), 'bus-type': 'nvme' }),
  ]);
  for (const name of ['xhci_hcd', 'ehci-pci']) {
    const usb = partition(`${PCI}/0000:00:07.0/usb1/1-1/1-1:1.0/host4/target4:0:0/4:0:0:0/block/sda`);
    assert.deepEqual(await addresses(usb, driver(`${PCI}/0000:00:07.0`, name)), [
      address({ 'pci-controller': pci(7), 'bus-type': 'usb' }),
    ]);
  }
});

test('virtio-mmio and the channel subsystem', async () => {
  assert.deepEqual(await addresses(partition('platform/a003e00.virtio_mmio/virtio0/block/vda')), [
    address({ 'bus-type': 'virtio' }),
  ]);
  const ccw = { cssid: 0, ssid: 0, subchno: 4, devno: 1 };
  assert.deepEqual(await addresses(partition('css0/0.0.0004/0.0.0001/virtio1/block/vda')), [
    address({ 'bus-type': 'virtio', 'ccw-address': ccw }),
  ]);
  assert.deepEqual(await addresses(partition('css0/0.0.0005/0.0.0002/block/dasda')), [
    address({ 'ccw-address': ccw5 }),
  ]);
});

const ccw5 = { cssid: 0, ssid: 0, subchno: 5, devno: 2 };

test('hardware that nobody knows: the device node is told', async () => {
  assert.deepEqual(await addresses(partition('vbd-51712/block/xvda')), [address({})]);
  const unknown = partition(`${PCI}/0000:00:08.0/host0/target0:0:0/0:0:0:0/block/sda`);
  assert.deepEqual(await addresses(unknown, driver(`${PCI}/0000:00:08.0`, 'mpt3sas')), [address({})]);
  assert.deepEqual(await addresses(unknown), [address({})]);
});

test('nothing at all is known: no address', async () => {
  const bare = { '/sys/dev/block/8:1': { to: '../../devices/odd/sda1' }, '/sys/devices/odd/sda1': FOLDER };
  assert.deepEqual(await addresses(bare), []);
});

test('device mapper: the disks of all levels, last first', async () => {
  const virtual = 'virtual/block';
  const disks = ['sda1', 'sdb1', 'sdc1'].map((name, at) =>
    device({ name, number: `8:${String(16 * at + 17)}`, at: `${PCI}/0000:00:04.0/virtio2/block/${name.slice(0, 3)}` }),
  );
  const paths = disks.map((tree) => Object.keys(tree)[0]?.replace('/uevent', '') ?? '');
  const found = await addresses(
    ...disks,
    driver(`${PCI}/0000:00:04.0`, 'virtio-pci'),
    disk({ name: 'md0', number: '9:0', at: virtual, slaves: paths.slice(0, 2) }),
    disk({ name: 'dm-0', number: '8:1', at: virtual, slaves: [`/sys/devices/${virtual}/md0`, paths[2] ?? ''] }),
  );
  assert.deepEqual(
    (found as { dev: string }[]).map(({ dev }) => dev),
    ['/dev/sdc1', '/dev/sdb1', '/dev/sda1'],
  );
});

test('a loop device has no disk', async () => {
  assert.deepEqual(await addresses(disk({ name: 'loop0', number: '8:1', at: 'virtual/block', slaves: [] })), []);
  assert.deepEqual(await addresses(disk({ name: 'loop0p1', number: '8:1', at: 'virtual/block/loop0' })), []);
});
