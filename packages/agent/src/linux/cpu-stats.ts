import { wordsOf } from './words.js';

/** What a tick of the kernel's statistics lasts, in milliseconds: it shows programs 100 a second, whatever it uses itself. */
const TICK = 10;
const COLUMNS = ['iowait', 'irq', 'softirq', 'steal', 'guest', 'guestnice'];

/** How a processor has spent its time, in milliseconds. */
export interface CpuStats {
  type: 'linux';
  cpu: number;
  user: number;
  nice: number;
  system: number;
  idle: number;
  iowait?: number;
  irq?: number;
  softirq?: number;
  steal?: number;
  guest?: number;
  guestnice?: number;
}

/**
 * Reads the lines `cpu0`, `cpu1`, … of `/proc/stat` (proc_stat(5)).
 * @returns times in milliseconds; columns that an old kernel does not have are left out
 */
export function parseCpuStats(text: string): CpuStats[] {
  const all: CpuStats[] = [];
  for (const [, number, columns = ''] of text.matchAll(/^cpu(\d+) ([\d ]*)$/gm)) {
    const [user, nice, system, idle, ...others] = wordsOf(columns).map((ticks) => Number(ticks) * TICK);
    if (user === undefined || nice === undefined || system === undefined || idle === undefined) continue;
    const rest: Record<string, number> = {};
    others.slice(0, COLUMNS.length).forEach((time, at) => (rest[COLUMNS[at] ?? ''] = time));
    all.push({ type: 'linux', cpu: Number(number), user, nice, system, idle, ...rest });
  }
  return all;
}
