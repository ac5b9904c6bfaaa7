import type { LinuxCommandName } from '../core/command.js';

/** Commands of the schema that this agent does not offer yet. The list shrinks to nothing; then this file goes. */
export const pendingCommands = [
  'guest-network-get-interfaces',
  'guest-get-vcpus',
  'guest-set-vcpus',
  'guest-get-memory-blocks',
  'guest-set-memory-blocks',
  'guest-get-memory-block-info',
  'guest-exec-status',
  'guest-exec',
  'guest-get-cpustats',
  'guest-network-get-route',
] as const satisfies readonly LinuxCommandName[];

export type PendingCommand = (typeof pendingCommands)[number];
