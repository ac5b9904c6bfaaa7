import type { GuestCpuStats } from '@qga/protocol';
import { formatShare } from '../output/units.js';
import { perGuest } from '../per-guest.js';
import { ifPossible } from './optional.js';

/** Processors: which are on, and what each has done since the guest started. */
export const verb = perGuest({
  ask: async (guest) => {
    const processors = await guest.call('guest-get-vcpus');
    const statistics = await ifPossible(guest.call('guest-get-cpustats'));
    return { processors, ...(statistics === undefined ? {} : { statistics }) };
  },
  show: ({ processors, statistics }) => ({
    head: ['CPU', 'ONLINE', 'CAN GO OFFLINE', 'BUSY', 'USER', 'SYSTEM', 'WAITS', 'STOLEN'],
    right: ['CPU', 'BUSY', 'USER', 'SYSTEM', 'WAITS', 'STOLEN'],
    rows: processors.map((one) => [
      String(one['logical-id']),
      one.online ? 'yes' : 'no',
      one['can-offline'] === true ? 'yes' : 'no',
      ...shares(statistics?.find(({ cpu }) => cpu === one['logical-id'])),
    ]),
  }),
});

/** @returns ticks in which the processor did something, and all ticks */
export function ticks(one: GuestCpuStats): { readonly busy: number; readonly all: number } {
  const busy = one.user + one.nice + one.system + (one.irq ?? 0) + (one.softirq ?? 0) + (one.steal ?? 0);
  return { busy, all: busy + one.idle + (one.iowait ?? 0) };
}

function shares(one: GuestCpuStats | undefined): string[] {
  if (one === undefined) return Array<string>(5).fill('-');
  const { busy, all } = ticks(one);
  return [busy, one.user + one.nice, one.system, one.iowait ?? 0, one.steal ?? 0].map((part) => formatShare(part, all));
}
