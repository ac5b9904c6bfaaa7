import { Guest, type GuestOptions } from '../core/guest.js';
import { nodeEnvironment } from './environment.js';
import { unixTarget } from './unix-target.js';

/**
 * Connects to a guest's agent and makes sure that it answers.
 * @param target the path of a unix socket: of QEMU's chardev, or of an agent that listens itself
 * @returns the guest; close it when done
 * @throws ConnectError whose `reason` says which: `absent`, `forbidden`, `refused`, `busy`, or `silent` (connected, but no
 *   agent runs in the guest, or another client holds the channel)
 */
export async function connect(target: string | { readonly path: string }, options: GuestOptions = {}): Promise<Guest> {
  const path = typeof target === 'string' ? target : target.path;
  const guest = new Guest(unixTarget(path), nodeEnvironment, options);
  try {
    await guest.open();
  } catch (error) {
    guest.close();
    throw error;
  }
  return guest;
}
