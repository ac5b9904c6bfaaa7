import { nodeEnvironment } from '@qga/client';
import { formatDuration } from '../output/units.js';
import { perGuest } from '../per-guest.js';

/** How long one question and its answer take. */
export const verb = perGuest({
  ask: async (guest) => {
    const start = nodeEnvironment.clock.now();
    await guest.call('guest-ping');
    return { milliseconds: Math.round((nodeEnvironment.clock.now() - start) * 1000) / 1000 };
  },
  show: ({ milliseconds }) => `the agent answers, in ${formatDuration(milliseconds)}`,
});
