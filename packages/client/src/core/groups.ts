import type { Commands } from '@qga/protocol';
import type { Caller } from './call.js';

type Arguments<N extends keyof Commands> = Commands[N]['arguments'];

/**
 * The common questions, grouped by what they are about; each is one call of the command that its name suggests, and the
 * documentation of that command holds.
 */
export function groupsOf(guest: Caller) {
  return {
    os: {
      info: () => guest.call('guest-get-osinfo'),
      hostname: async () => (await guest.call('guest-get-host-name'))['host-name'],
      timezone: () => guest.call('guest-get-timezone'),
      users: () => guest.call('guest-get-users'),
      load: () => guest.call('guest-get-load'),
    },
    storage: {
      filesystems: () => guest.call('guest-get-fsinfo'),
      disks: () => guest.call('guest-get-disks'),
      trim: (args: Arguments<'guest-fstrim'> = {}) => guest.call('guest-fstrim', args),
    },
    network: {
      interfaces: () => guest.call('guest-network-get-interfaces'),
      routes: () => guest.call('guest-network-get-route'),
    },
    hardware: {
      cpus: () => guest.call('guest-get-vcpus'),
      memoryBlocks: () => guest.call('guest-get-memory-blocks'),
    },
    time: {
      /** nanoseconds since 1970 */
      get: () => guest.call('guest-get-time'),
      set: (args: Arguments<'guest-set-time'> = {}) => guest.call('guest-set-time', args),
    },
    power: {
      shutdown: (mode: 'powerdown' | 'reboot' | 'halt' = 'powerdown') => guest.call('guest-shutdown', { mode }),
      suspend: () => guest.call('guest-suspend-ram'),
    },
    keys: {
      list: async (username: string) => (await guest.call('guest-ssh-get-authorized-keys', { username })).keys,
      add: (username: string, keys: string[], reset = false) =>
        guest.call('guest-ssh-add-authorized-keys', { username, keys, reset }),
      remove: (username: string, keys: string[]) => guest.call('guest-ssh-remove-authorized-keys', { username, keys }),
    },
  } as const;
}

/** See groupsOf. */
export type Groups = ReturnType<typeof groupsOf>;
