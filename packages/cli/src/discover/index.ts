import type { FoundGuest } from './found-guest.js';
import { libvirtGuests } from './libvirt.js';
import { proxmoxGuests } from './proxmox.js';
import { qemuGuests } from './qemu.js';

/**
 * Finds the guests of this machine: libvirt's and Proxmox's sockets, and QEMU processes that neither of them runs.
 * @param root where the machine's files are; another folder for tests
 */
export function discover(root = '/'): FoundGuest[] {
  const managed = [...libvirtGuests(root), ...proxmoxGuests(root)];
  const names = new Set(managed.map(({ name }) => name));
  return [...managed, ...qemuGuests(root).filter(({ name }) => !names.has(name))];
}
