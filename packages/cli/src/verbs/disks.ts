import type { Guest } from '@qga/client';
import type { GuestDiskInfo } from '@qga/protocol';
import { formatBytes } from '../output/units.js';
import { perGuest } from '../per-guest.js';
import { diskTree } from './disk-tree.js';
import { ifPossible } from './optional.js';

/** The kernel counts in these whatever the disk's own sectors are. */
const SECTOR = 512;

/** A disk with what the agent's command does not tell. */
interface Disk extends GuestDiskInfo {
  /** bytes */
  readonly size?: number;
  readonly mountpoints: readonly string[];
}

/** Disks, and what lies on them: partitions, volumes, filesystems. */
export const verb = perGuest({
  ask: async (guest): Promise<Disk[]> => {
    const disks = await guest.call('guest-get-disks');
    const filesystems = (await ifPossible(guest.call('guest-get-fsinfo'))) ?? [];
    const found: Disk[] = [];
    for (const disk of disks) {
      const size = await sizeOf(guest, disk.name);
      const device = disk.name.replace('/dev/', '');
      const mounted = filesystems.filter(
        ({ name, disk: on }) => name === device || on.some(({ dev }) => dev === disk.name),
      );
      found.push({ ...disk, ...(size && { size }), mountpoints: mounted.map(({ mountpoint }) => mountpoint).sort() });
    }
    return found;
  },
  show: (disks) => ({
    head: ['NAME', 'KIND', 'SIZE', 'BUS', 'SERIAL', 'MOUNTED ON'],
    right: ['SIZE'],
    rows: diskTree(disks).map(({ lead, disk }) => [
      lead + disk.name + (disk.alias === undefined ? '' : ` (${disk.alias})`),
      kindOf(disk),
      disk.size === undefined ? '-' : formatBytes(disk.size),
      disk.address?.['bus-type'] ?? '-',
      disk.address?.serial ?? '-',
      disk.mountpoints.join(' ') || '-',
    ]),
    notes: disks.length === 0 ? ['no disks'] : [],
  }),
});

function kindOf({ partition, dependencies = [], alias }: Disk): string {
  if (partition) return 'partition';
  return dependencies.length > 0 || alias !== undefined ? 'volume' : 'disk';
}

/** The agent has no command for it, but Linux has a file. */
async function sizeOf(guest: Guest, name: string): Promise<number | undefined> {
  const device = /^\/dev\/([\w.-]+)$/.exec(name)?.[1];
  if (device === undefined) return undefined;
  const text = await ifPossible(guest.readFile(`/sys/class/block/${device}/size`));
  return text === undefined ? undefined : Number(Buffer.from(text).toString()) * SECTOR || undefined;
}
