import type { GuestOptions } from '../core/dispatch.js';
import type { Target } from '../core/environment.js';
import { nodeEnvironment } from './environment.js';
import { NodeGuest } from './guest.js';
import { parseTarget } from './targets/index.js';
import { unixTarget } from './targets/unix.js';

/** What can be connected to: a target as text (see parseTarget), the path of a unix socket, or a target made by hand. */
export type TargetLike = string | { readonly path: string } | Target;

/**
 * A guest that is not connected yet; the first call connects.
 * @throws TargetError
 */
export function guestAt(target: TargetLike, options: GuestOptions = {}): NodeGuest {
  const found = typeof target === 'string' ? parseTarget(target) : 'open' in target ? target : unixTarget(target.path);
  return new NodeGuest(found, nodeEnvironment, options);
}

/**
 * Connects to a guest's agent and makes sure that it answers.
 * @param target `/run/vm.sock`, `tcp:HOST:PORT`, `libvirt:DOMAIN` …: see parseTarget
 * @returns the guest; close it when done
 * @throws TargetError; ConnectError whose `reason` says which: `absent`, `forbidden`, `refused`, `busy` (another client holds the
 *   channel), or `silent` (connected, but no agent answers in the guest)
 */
export async function connect(target: TargetLike, options: GuestOptions = {}): Promise<NodeGuest> {
  const guest = guestAt(target, options);
  try {
    await guest.open();
  } catch (error) {
    guest.close();
    throw error;
  }
  return guest;
}
