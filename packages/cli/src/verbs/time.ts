import { formatDuration } from '../output/units.js';
import { perGuest } from '../per-guest.js';

interface Options {
  readonly set?: boolean;
  readonly fromHardware?: boolean;
}

const NANOSECONDS = 1_000_000n;

/** The guest's clock, and how far it is from this machine's; sets it when asked to. */
export const verb = perGuest({
  setUp: (command) => {
    command.option('--set', "set it to this machine's time first");
    command.option('--from-hardware', 'set it from its hardware clock first');
  },
  ask: async (guest, { options }: { options: Options }) => {
    if (options.set === true) await guest.call('guest-set-time', { time: BigInt(Date.now()) * NANOSECONDS });
    else if (options.fromHardware === true) await guest.call('guest-set-time');
    const before = Date.now();
    const time = await guest.call('guest-get-time');
    // the agent read its clock somewhere in between
    const here = (before + Date.now()) / 2;
    return { time, 'ahead-milliseconds': Math.round((Number(time / 1000n) / 1000 - here) * 1000) / 1000 };
  },
  show: ({ time, 'ahead-milliseconds': ahead }) => {
    const date = new Date(Number(time / NANOSECONDS));
    const text = Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
    return `${text}, ${formatDuration(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} this machine`;
  },
});
