import type { GuestCpuStats } from '@qga/protocol';
import { formatShare } from '../output/units.js';
import { perGuest } from '../per-guest.js';
import { parseModel, type Model } from './cpuinfo.js';
import { ifPossible } from './optional.js';

/** Processors: what they are, which are on, and what each has done since the guest started. */
export const verb = perGuest({
  ask: async (guest) => {
    const processors = await guest.call('guest-get-vcpus');
    const statistics = await ifPossible(guest.call('guest-get-cpustats'));
    const text = await ifPossible(guest.readFile('/proc/cpuinfo'));
    const model = text && parseModel(Buffer.from(text).toString());
    return { processors, ...(statistics && { statistics }), ...(model && { model }) };
  },
  show: ({ processors, statistics, model }) => ({
    head: ['CPU', 'ONLINE', 'CAN GO OFFLINE', 'BUSY', 'USER', 'SYSTEM', 'WAITS', 'STOLEN'],
    right: ['CPU', 'BUSY', 'USER', 'SYSTEM', 'WAITS', 'STOLEN'],
    rows: [...processors]
      .sort((a, b) => a['logical-id'] - b['logical-id'])
      .map((one) => [
        String(one['logical-id']),
        one.online ? 'yes' : 'no',
        one['can-offline'] === true ? 'yes' : 'no',
        ...shares(statistics?.find(({ cpu }) => cpu === one['logical-id'])),
      ]),
    notes: [
      `${processors.filter(({ online }) => online).length} of ${processors.length} processors are online` +
        (model === undefined ? '' : `: ${sentence(model)}`),
    ],
  }),
});

function sentence({ name, sockets, cores }: Model): string {
  return sockets === 0 ? name : `${name}, ${count(sockets, 'socket')}, ${count(cores, 'core')}`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

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
