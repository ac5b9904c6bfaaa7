import { perGuest } from '../per-guest.js';

/** Thaws whatever is frozen; harmless when nothing is. */
export const verb = perGuest({
  ask: async (guest) => ({ thawed: await guest.call('guest-fsfreeze-thaw') }),
  show: ({ thawed }) => (thawed === 0 ? 'nothing was frozen' : `thawed ${String(thawed)}`),
});
