import { perGuest } from '../per-guest.js';
import { formatBytes, formatShare } from '../output/units.js';

/** Mounted filesystems. */
export const verb = perGuest({
  ask: async (guest) => guest.call('guest-get-fsinfo'),
  show: (filesystems) => ({
    head: ['MOUNTED ON', 'TYPE', 'SIZE', 'USED', 'USE%', 'DEVICE', 'DISK'],
    right: ['SIZE', 'USED', 'USE%'],
    rows: [...filesystems]
      .sort((a, b) => a.mountpoint.localeCompare(b.mountpoint))
      .map((one) => {
        const { 'total-bytes': total, 'used-bytes': used } = one;
        return [
          one.mountpoint,
          one.type,
          total === undefined ? '-' : formatBytes(total),
          used === undefined ? '-' : formatBytes(used),
          total === undefined || used === undefined ? '-' : formatShare(used, total),
          one.name,
          one.disk.map((disk) => disk.dev ?? disk['bus-type']).join(' ') || '-',
        ];
      }),
    notes: filesystems.length === 0 ? ['no filesystem on a disk'] : [],
  }),
});
