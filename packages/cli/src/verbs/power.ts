import { perGuest } from '../per-guest.js';
import type { Verb } from '../verb.js';

/** @returns the verb that asks the guest's system to stop in a way; agents answer only when they cannot */
export function powerVerb(mode: 'powerdown' | 'reboot' | 'halt', done: string): Verb {
  return perGuest({
    ask: async (guest) => {
      await guest.call('guest-shutdown', { mode });
      return { mode };
    },
    show: () => done,
  });
}
