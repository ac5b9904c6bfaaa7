import type { LinuxCommandName } from '../core/command.js';

/** Commands of the schema that this agent does not offer yet. The list shrinks to nothing; then this file goes. */
export const pendingCommands = [
  'guest-get-time',
  'guest-set-time',
  'guest-fstrim',
  'guest-suspend-disk',
  'guest-suspend-ram',
  'guest-suspend-hybrid',
  'guest-get-disks',
  'guest-get-fsinfo',
  'guest-set-user-password',
  'guest-get-host-name',
  'guest-get-users',
  'guest-get-timezone',
  'guest-get-osinfo',
  'guest-ssh-get-authorized-keys',
  'guest-ssh-add-authorized-keys',
  'guest-ssh-remove-authorized-keys',
  'guest-get-diskstats',
  'guest-get-load',
] as const satisfies readonly LinuxCommandName[];

export type PendingCommand = (typeof pendingCommands)[number];
