import { commandTables } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import { REPORTED_VERSION } from '../core/version.js';

export const infoCommands = {
  'guest-info': {
    run: (_, { offered, policy }) => ({
      version: REPORTED_VERSION,
      // QEMU lists the newest command first
      supported_commands: offered.toReversed().map((name) => ({
        name,
        enabled: policy.enabled(name),
        'success-response': commandTables[name].successResponse,
      })),
    }),
    whileFrozen: true,
  },
} satisfies Partial<CommandSet>;
