import { existsSync } from 'node:fs';
import { missing } from '../requirements.js';
import { inGuest } from './image.js';
import { virsh } from './virsh.js';

const needs = [
  { program: 'libvirtd', debianPackage: 'libvirt-daemon-system' },
  { program: 'virtlogd', debianPackage: 'libvirt-daemon' },
  { program: 'virsh', debianPackage: 'libvirt-clients' },
  { program: 'chpasswd', debianPackage: 'passwd' },
];
const driver = '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so';

/**
 * Everything that is not here, or in the way, one sentence each.
 * @param agents names of the agents that are to run
 */
export async function missingForLibvirt(agents: readonly string[]): Promise<string[]> {
  const lines = [...new Set(agents.flatMap((name) => missing(inGuest(name), needs)))];
  if (process.getuid?.() !== 0) lines.push('libvirtd has to be started by root');
  if (lines.length > 0) return lines;
  if (!existsSync(driver)) return [`${driver} is missing: apt-get install libvirt-daemon-driver-qemu`];
  // It is restarted in the middle, which nobody else's should be.
  if ((await virsh(['list'])).code === 0) return ['a libvirtd of this machine is running; this test starts its own'];
  return [];
}

/**
 * The agent to compare with: the newest, or else the one that is installed.
 * @returns undefined when there is none
 */
export function findReference(): string | undefined {
  return ['newest', 'qemu'].find((name) => inGuest(name).missing().length === 0);
}
