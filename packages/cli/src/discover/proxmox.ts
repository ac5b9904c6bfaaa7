import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundGuest } from './found-guest.js';

const SOCKETS = 'var/run/qemu-server';
const CONFIGS = 'etc/pve/qemu-server';

/** @returns Proxmox's running machines that have the agent's option switched on */
export function proxmoxGuests(root: string): FoundGuest[] {
  const folder = join(root, SOCKETS);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => /^(\d+)\.qga$/.exec(file)?.[1])
    .filter((id) => id !== undefined)
    .map((id) => ({ name: machineName(root, id), from: 'proxmox', target: `unix:${join(folder, `${id}.qga`)}` }));
}

/** The name of its configuration file, or the number when that cannot be read. */
function machineName(root: string, id: string): string {
  try {
    const text = readFileSync(join(root, CONFIGS, `${id}.conf`), 'utf8');
    return /^name:\s*(\S+)/m.exec(text)?.[1] ?? id;
  } catch {
    return id;
  }
}
