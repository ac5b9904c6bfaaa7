import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundGuest } from './found-guest.js';

/** Where libvirt puts a domain's channel: folders `domain-7-NAME` before libvirt 9.7, `7-NAME` since. */
const FOLDERS = ['var/lib/libvirt/qemu/channel/target', 'run/libvirt/qemu/channel'];

const AGENT = 'org.qemu.guest_agent.0';

/** libvirt cuts the name in the folder's name after so many characters. */
const SHORT_NAME = 20;

/** @returns running domains with an agent's channel. libvirt itself holds the channel, so the way leads through libvirt */
export function libvirtGuests(root: string): FoundGuest[] {
  return FOLDERS.flatMap((folder) => domains(join(root, folder)));
}

function domains(folder: string): FoundGuest[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder)
      .filter((entry) => existsSync(join(folder, entry, AGENT)))
      .map((entry) => domain(entry.replace(/^(?:domain-)?\d+-/, '')));
  } catch {
    // only root may look
    return [{ name: '?', from: 'libvirt', target: undefined, note: `${folder} is not readable for this user` }];
  }
}

function domain(name: string): FoundGuest {
  const cut = name.length >= SHORT_NAME ? { note: 'the name may be longer; virsh list tells' } : {};
  return { name, from: 'libvirt', target: `libvirt:${name}`, ...cut };
}
