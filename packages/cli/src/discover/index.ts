import { libvirtGuests } from './libvirt.js';
import { proxmoxGuests } from './proxmox.js';
import { qemuGuests } from './qemu.js';

/** A guest that was found on this machine. */
export interface FoundGuest {
  readonly name: string;
  /** who runs it, or where its name stands */
  readonly from: 'config' | 'libvirt' | 'proxmox' | 'qemu';
  /** how to reach its agent; undefined when there is no way */
  readonly target: string | undefined;
  /** why there is no way, or what to know about it */
  readonly note?: string;
}

/**
 * Finds the guests of this machine: libvirt's and Proxmox's sockets, and QEMU processes that neither of them runs.
 * @param root where the machine's files are; another folder for tests
 */
export function discover(root = '/'): FoundGuest[] {
  const managed = [...libvirtGuests(root), ...proxmoxGuests(root)];
  const names = new Set(managed.map(({ name }) => name));
  return [...managed, ...qemuGuests(root).filter(({ name }) => !names.has(name))];
}
