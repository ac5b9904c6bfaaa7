import { perGuest } from '../per-guest.js';

/** Who is logged in. */
export const verb = perGuest({
  ask: async (guest) => guest.call('guest-get-users'),
  show: (users) => ({
    head: ['USER', 'SINCE'],
    rows: users.map(({ user, domain, 'login-time': seconds }) => [
      domain === undefined ? user : `${domain}\\${user}`,
      formatTime(seconds),
    ]),
    notes: users.length === 0 ? ['nobody is logged in'] : [],
  }),
});

/** @returns `2026-11-23 19:51:24 UTC`, or the number when it is no time */
function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}
