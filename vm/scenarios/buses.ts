import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Control } from '../machine/control.js';
import type { Json } from '../machine/json.js';
import type { Scenario } from './scenario.js';

interface Expected {
  readonly slot: number;
  /** what is mounted, relative to the disk's node */
  readonly suffix: string;
  readonly place: Readonly<Record<string, Json>>;
}

/** The disks of machine/buses.ts, by PCI slot. */
const EXPECTED: readonly Expected[] = [
  { slot: 0x10, suffix: '1', place: { 'bus-type': 'virtio', bus: 0, target: 0, unit: 0 } },
  { slot: 0x11, suffix: '', place: { 'bus-type': 'scsi', bus: 0, target: 0, unit: 3 } },
  { slot: 0x12, suffix: '', place: { 'bus-type': 'nvme', bus: 0, target: 0, unit: 0 } },
  { slot: 0x13, suffix: '', place: { 'bus-type': 'ide', bus: 1, target: 0, unit: 1 } },
];

/** What QEMU's NVMe disk says of itself when it has nothing to complain of; the temperature is in kelvins. */
const HEALTHY = { type: 'nvme', 'critical-warning': 0, temperature: 323, 'media-errors-lo': 0 };

/** Disks are where QEMU's command line put them, and so are the filesystems on them. */
export const buses: Scenario = {
  name: 'guest-get-disks and guest-get-fsinfo know virtio, SCSI, NVMe and IDE',
  needs: 'guest-get-disks',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await disksAppear(control);
      await line.sync();
      const disks = elements(await line.command('guest-get-disks')).map(members);
      for (const { slot, suffix, place } of EXPECTED) {
        const disk = disks.find(({ address }) => members(members(address)['pci-controller'])['slot'] === slot);
        assert.ok(typeof disk?.['name'] === 'string', JSON.stringify(disks));
        const node = disk['name'];
        const address = { ...place, 'pci-controller': { domain: 0, bus: 0, slot, function: 0 } };
        assert.deepEqual(disk['address'], { ...address, dev: node });
        assert.deepEqual(disk['dependencies'], []);
        const mounted = node + suffix;
        await control.output(`mkdir -p /tmp${mounted} && mount -t ext4 ${mounted} /tmp${mounted}`);
        const filesystems = elements(await line.command('guest-get-fsinfo')).map(members);
        assert.deepEqual(filesystems[0]?.['disk'], [{ ...address, dev: mounted }]);
        assert.equal(filesystems[0]['name'], mounted.slice('/dev/'.length));
      }
      await control.output('umount /tmp/dev/*');
      const partition = { name: '/dev/vda1', partition: true, dependencies: ['/dev/vda'] };
      assert.deepEqual(disks[disks.findIndex(({ name }) => name === '/dev/vda') - 1], partition);
      const { smart } = disks.find(({ name }) => name === '/dev/nvme0n1') ?? {};
      assert.deepEqual({ ...members(smart), ...HEALTHY }, smart);
      assert.equal(Object.keys(members(smart)).length, 26);
    }),
};

/** Waits for SCSI and IDE disks, which drivers look for in the background. */
export async function disksAppear(control: Control): Promise<void> {
  const there = '[ -b /dev/sda ] && [ -b /dev/sdb ] && [ -b /dev/nvme0n1 ]';
  await control.output(`for i in $(seq 100); do ${there} && exit; sleep 0.1; done; false`);
}
