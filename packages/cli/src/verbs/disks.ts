import { perGuest } from '../per-guest.js';

/** Disks and partitions. */
export const verb = perGuest({
  ask: async (guest) => guest.call('guest-get-disks'),
  show: (disks) => ({
    head: ['NAME', 'KIND', 'BUS', 'SERIAL', 'ALIAS', 'LIES ON'],
    rows: disks.map((disk) => [
      disk.name,
      disk.partition ? 'partition' : 'disk',
      disk.address?.['bus-type'] ?? '-',
      disk.address?.serial ?? '-',
      disk.alias ?? '-',
      disk.dependencies?.join(' ') ?? '-',
    ]),
    notes: disks.length === 0 ? ['no disks'] : [],
  }),
});
