import type { GuestDiskStats, GuestDiskStatsInfo } from '@qga/protocol';

type Counter = keyof GuestDiskStats;

/** The columns after the name, in the kernel's order; newer kernels append (iostats.rst of the kernel). */
const COLUMNS: readonly Counter[] = [
  ...(['read-ios', 'read-merges', 'read-sectors', 'read-ticks'] as const),
  ...(['write-ios', 'write-merges', 'write-sectors', 'write-ticks'] as const),
  ...(['ios-pgr', 'total-ticks', 'weight-ticks'] as const),
  ...(['discard-ios', 'discard-merges', 'discard-sectors', 'discard-ticks'] as const),
  ...(['flush-ios', 'flush-ticks'] as const),
];

/** What kernels before 2.6.25 tell of a partition. */
const OLD_PARTITION_COLUMNS: readonly Counter[] = ['read-ios', 'read-sectors', 'write-ios', 'write-sectors'];

/**
 * Reads `/proc/diskstats`.
 * @returns one entry a line, in file order; sectors of 512 bytes, ticks in milliseconds. Lines that do not fit are left out.
 */
export function parseDiskstats(text: string): GuestDiskStatsInfo[] {
  const disks: GuestDiskStatsInfo[] = [];
  for (const line of text.split('\n')) {
    const [major, minor, name, ...counters] = line.trim().split(/\s+/);
    if (major === undefined || minor === undefined || name === undefined) continue;
    if (counters.length < OLD_PARTITION_COLUMNS.length || ![major, minor, ...counters].every(isDecimal)) continue;
    disks.push({ name, major: Number(major), minor: Number(minor), stats: statsOf(counters) });
  }
  return disks;
}

function statsOf(counters: readonly string[]): GuestDiskStats {
  const columns = counters.length === OLD_PARTITION_COLUMNS.length ? OLD_PARTITION_COLUMNS : COLUMNS;
  const stats: GuestDiskStats = {};
  columns.slice(0, counters.length).forEach((column, at) => (stats[column] = Number(counters[at])));
  return stats;
}

function isDecimal(text: string): boolean {
  return /^\d+$/.test(text);
}
