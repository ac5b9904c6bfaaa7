import { perGuest } from '../per-guest.js';

/** Whether the guest is frozen. */
export const verb = perGuest({
  ask: async (guest) => ({ status: await guest.call('guest-fsfreeze-status') }),
  show: ({ status }) => status,
});
