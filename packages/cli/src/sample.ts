import { ConnectError, type NodeGuest } from '@qga/client';
import type { GuestCpuStats, GuestLoadAverage } from '@qga/protocol';
import { formatBytes, formatDuration, formatShare } from './output/units.js';
import { ticks } from './verbs/cpu.js';
import { readLoad } from './verbs/loadavg.js';
import { readMemory, type Memory } from './verbs/meminfo.js';
import { ifPossible } from './verbs/optional.js';

/** What `qga top` asks a guest each time. */
export interface Sample {
  readonly time: number;
  /** how long a ping took, in milliseconds */
  readonly delay: number;
  readonly load: GuestLoadAverage | undefined;
  readonly processors: readonly GuestCpuStats[] | undefined;
  readonly memory: Memory | undefined;
  /** bytes received and sent by all interfaces but the loopback */
  readonly network: { readonly received: number; readonly sent: number } | undefined;
  /** the filesystem that is fullest */
  readonly fullest: { readonly mountpoint: string; readonly share: number } | undefined;
}

/** Asks for all of it. @throws GuestError when there is no contact */
export async function takeSample(guest: NodeGuest): Promise<Sample> {
  const start = performance.now();
  await guest.call('guest-ping');
  const delay = performance.now() - start;
  const load = await ifPossible(readLoad(guest));
  const processors = await ifPossible(guest.call('guest-get-cpustats'));
  const memory = await ifPossible(readMemory(guest));
  const interfaces = await ifPossible(guest.call('guest-network-get-interfaces'));
  const filesystems = await ifPossible(guest.call('guest-get-fsinfo'));
  const counted = interfaces?.filter(({ name }) => name !== 'lo').map(({ statistics }) => statistics) ?? [];
  const sum = (member: 'rx-bytes' | 'tx-bytes'): number =>
    counted.reduce((total, statistics) => total + (statistics?.[member] ?? 0), 0);
  const shares = (filesystems ?? [])
    .map((one) => ({ mountpoint: one.mountpoint, share: (one['used-bytes'] ?? 0) / (one['total-bytes'] ?? Infinity) }))
    .sort((a, b) => b.share - a.share);
  return {
    time: performance.now(),
    delay,
    load,
    processors,
    memory,
    network: interfaces === undefined ? undefined : { received: sum('rx-bytes'), sent: sum('tx-bytes') },
    fullest: shares[0],
  };
}

/** The columns of `qga top`. */
export const TOP_HEAD = ['GUEST', 'STATE', 'PING', 'LOAD', 'CPU', 'MEM', 'OF', 'IN/S', 'OUT/S', 'FULLEST FILESYSTEM'];

/** Those that hold numbers. */
export const TOP_RIGHT = ['PING', 'LOAD', 'CPU', 'MEM', 'OF', 'IN/S', 'OUT/S'];

/** @returns a row; rates need two samples */
export function topRow(name: string, now: Sample, before: Sample | undefined): string[] {
  const { memory, load, fullest, delay } = now;
  return [
    name,
    'up',
    formatDuration(delay),
    load?.load1m.toFixed(2) ?? '-',
    busy(now, before),
    memory === undefined ? '-' : formatShare(memory.total - memory.available, memory.total),
    memory === undefined ? '-' : formatBytes(memory.total),
    rate('received', now, before),
    rate('sent', now, before),
    fullest === undefined ? '-' : `${formatShare(fullest.share, 1)} ${fullest.mountpoint}`,
  ];
}

/** @returns the row of a guest without contact */
export function downRow(name: string, error: unknown): string[] {
  const why = error instanceof ConnectError ? error.reason : error instanceof Error ? error.message : 'failed';
  return [name, 'down', ...Array<string>(7).fill('-'), why];
}

function busy({ processors }: Sample, before: Sample | undefined): string {
  if (processors === undefined || before?.processors === undefined) return '-';
  const total = (list: readonly GuestCpuStats[], member: 'busy' | 'all'): number =>
    list.reduce((sum, one) => sum + ticks(one)[member], 0);
  const difference = (member: 'busy' | 'all'): number =>
    total(processors, member) - total(before.processors ?? [], member);
  return formatShare(difference('busy'), difference('all'));
}

function rate(member: 'received' | 'sent', now: Sample, before: Sample | undefined): string {
  if (now.network === undefined || before?.network === undefined) return '-';
  const seconds = (now.time - before.time) / 1000;
  return formatBytes(Math.max(0, now.network[member] - before.network[member]) / seconds);
}
