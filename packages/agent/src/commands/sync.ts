import type { CommandSet } from '../core/command.js';

export const syncCommands = {
  'guest-sync-delimited': { run: ({ id }) => id, whileFrozen: true, delimited: true },
  'guest-sync': { run: ({ id }) => id, whileFrozen: true },
  'guest-ping': {
    run(_, { log }) {
      log.record('guest-ping called');
      return {};
    },
    whileFrozen: true,
  },
} satisfies Partial<CommandSet>;
