import type { Profile } from './rules.js';

const ALIVE = ['guest-sync-delimited', 'guest-sync', 'guest-ping', 'guest-info'];

/** What a backup program has to do: hold the filesystems still, and know what they are. */
const BACKUP = [
  ...ALIVE,
  'guest-fsfreeze-status',
  'guest-fsfreeze-freeze',
  'guest-fsfreeze-freeze-list',
  'guest-fsfreeze-thaw',
  '__qga_fsfreeze-report',
  'guest-fstrim',
  'guest-get-fsinfo',
  'guest-get-disks',
  'guest-get-host-name',
  'guest-get-osinfo',
  'guest-get-time',
];

/** Questions about the system that neither change it nor show the content of a file. */
const MONITOR = [
  ...ALIVE,
  'guest-fsfreeze-status',
  '__qga_fsfreeze-report',
  'guest-get-cpustats',
  'guest-get-disks',
  'guest-get-diskstats',
  'guest-get-fsinfo',
  'guest-get-host-name',
  'guest-get-load',
  'guest-get-memory-block-info',
  'guest-get-memory-blocks',
  'guest-get-osinfo',
  'guest-get-time',
  'guest-get-timezone',
  'guest-get-users',
  'guest-get-vcpus',
  'guest-network-get-interfaces',
  'guest-network-get-route',
];

/** The same, and what files hold. */
const READ_ONLY = [
  ...MONITOR,
  'guest-file-open',
  'guest-file-read',
  'guest-file-seek',
  'guest-file-flush',
  'guest-file-close',
  'guest-ssh-get-authorized-keys',
];

/** The commands of each profile; a command that a later version brings is in none but `full`. */
export const PROFILE_COMMANDS: Readonly<Record<Profile, ReadonlySet<string> | undefined>> = {
  full: undefined,
  backup: new Set(BACKUP),
  monitor: new Set(MONITOR),
  'read-only': new Set(READ_ONLY),
};
