import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adapterIndex,
  ccwAddress,
  hostAdapter,
  pciFunctions,
  placeOnPci,
  placeOnVirtio,
} from '../dist/linux/disk-path.js';

const PIIX = '/sys/devices/pci0000:00/0000:00:01.1';

test('the PCI functions of a path are those between the root and the first other directory', () => {
  const found = pciFunctions('/sys/devices/pci0000:00/0000:00:1c.4/0000:0a:00.0/nvme/nvme0/nvme0n1/nvme0n1p2');
  assert.deepEqual(
    found.map(({ address }) => address),
    [
      { domain: 0, bus: 0, slot: 0x1c, function: 4 },
      { domain: 0, bus: 10, slot: 0, function: 0 },
    ],
  );
  assert.equal(found[1]?.path, '/sys/devices/pci0000:00/0000:00:1c.4/0000:0a:00.0');
});

test('a PCI domain may be wider than four digits', () => {
  assert.equal(pciFunctions('/sys/devices/pci10000:e0/10000:e0:06.0/nvme')[0]?.address.domain, 0x10000);
});

test('a path that is not on PCI has no functions', () => {
  assert.deepEqual(pciFunctions('/sys/devices/vbd-768/block/xvda'), []);
  assert.deepEqual(pciFunctions('/sys/devices/pci'), []);
});

test('the ATA port goes before the SCSI host', () => {
  const adapter = hostAdapter(`${PIIX}/ata12/host3/target3:0:1/3:0:1:0/block/sdb`);
  assert.deepEqual(adapter, { parent: PIIX, kind: 'ata', number: 12 });
  assert.deepEqual(hostAdapter(`${PIIX}/host3/target3:0:1/3:0:1:0/block/sdb`)?.kind, 'host');
  assert.equal(hostAdapter('/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vda'), undefined);
});

test('adapters of a controller are counted by number, not by name', () => {
  const adapter = { parent: PIIX, kind: 'ata', number: 10 };
  assert.equal(adapterIndex(adapter, ['ata10', 'driver', 'ata9', 'ata_port', 'ata11']), 1);
  assert.equal(adapterIndex(adapter, ['ata9']), undefined);
});

test('a driver that needs more than the path tells places nothing', () => {
  assert.equal(placeOnPci(`${PIIX}/ata1/block/sda`, 'ata_piix', 0), undefined);
  assert.equal(placeOnPci(`${PIIX}/ata1/host0/target0:0:1/0:0:1:0/block/sda`, 'ahci', undefined), undefined);
  assert.equal(placeOnPci(PIIX, 'sym53c8xx'), undefined);
});

test('the channel subsystem of s390x', () => {
  const path = '/sys/devices/css0/0.1.000a/0.0.00fe/virtio1/block/vda';
  assert.deepEqual(ccwAddress(path), { cssid: 0, ssid: 1, subchno: 10, devno: 254 });
  assert.equal(ccwAddress('/sys/devices/css0/defunct'), undefined);
});

test('virtio without PCI', () => {
  assert.deepEqual(placeOnVirtio('/sys/devices/platform/a003e00.virtio_mmio/virtio0/block/vda'), { type: 'virtio' });
  const scsi = '/sys/devices/platform/a003e00.virtio_mmio/virtio0/host0/target0:1:2/0:1:2:3/block/sda';
  assert.deepEqual(placeOnVirtio(scsi), { type: 'scsi', bus: 1, target: 2, unit: 3 });
  assert.equal(placeOnVirtio('/sys/devices/platform/sdhci/mmc_host/mmc0/block/mmcblk0'), undefined);
});
