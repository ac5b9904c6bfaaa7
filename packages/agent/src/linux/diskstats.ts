import { wordsOf } from './words.js';

/** The columns after the name, in the kernel's order; newer kernels append (iostats.rst of the kernel). */
const COLUMNS = [
  'read-ios',
  'read-merges',
  'read-sectors',
  'read-ticks',
  'write-ios',
  'write-merges',
  'write-sectors',
  'write-ticks',
  'ios-pgr',
  'total-ticks',
  'weight-ticks',
  'discard-ios',
  'discard-merges',
  'discard-sectors',
  'discard-ticks',
  'flush-ios',
  'flush-ticks',
] as const;

type Counter = (typeof COLUMNS)[number];

/** Counters since the machine started; which of them there are depends on the kernel. */
export type DiskCounters = Partial<Record<Counter, number>>;

/** A line of the table. */
export interface DiskStatistics {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly stats: DiskCounters;
}

/** What kernels before 2.6.25 tell of a partition. */
const OLD_PARTITION_COLUMNS: readonly Counter[] = ['read-ios', 'read-sectors', 'write-ios', 'write-sectors'];

/**
 * Reads `/proc/diskstats`.
 * @returns one entry a line, in file order; sectors of 512 bytes, ticks in milliseconds. Lines that do not fit are left out.
 */
export function parseDiskstats(text: string): DiskStatistics[] {
  const disks: DiskStatistics[] = [];
  for (const line of text.split('\n')) {
    const [major, minor, name, ...counters] = wordsOf(line);
    if (major === undefined || minor === undefined || name === undefined) continue;
    if (counters.length < OLD_PARTITION_COLUMNS.length || ![major, minor, ...counters].every(isDecimal)) continue;
    disks.push({ name, major: Number(major), minor: Number(minor), stats: statsOf(counters) });
  }
  return disks;
}

function statsOf(counters: readonly string[]): DiskCounters {
  const columns = counters.length === OLD_PARTITION_COLUMNS.length ? OLD_PARTITION_COLUMNS : COLUMNS;
  const stats: DiskCounters = {};
  columns.slice(0, counters.length).forEach((column, at) => (stats[column] = Number(counters[at])));
  return stats;
}

function isDecimal(text: string): boolean {
  return /^\d+$/.test(text);
}
