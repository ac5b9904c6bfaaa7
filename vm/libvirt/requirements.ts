import { existsSync } from 'node:fs';
import type { Variant } from '../image/variants.js';
import { missing } from '../requirements.js';
import { oursInGuest, references } from './image.js';
import { virsh } from './virsh.js';

const needs = [
  { program: 'libvirtd', debianPackage: 'libvirt-daemon-system' },
  { program: 'virtlogd', debianPackage: 'libvirt-daemon' },
  { program: 'virsh', debianPackage: 'libvirt-clients' },
  { program: 'chpasswd', debianPackage: 'passwd' },
];
const driver = '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so';

/** Everything that is not here, or in the way, one sentence each. */
export async function missingForLibvirt(): Promise<string[]> {
  const lines = missing(oursInGuest, needs);
  if (process.getuid?.() !== 0) lines.push('libvirtd has to be started by root');
  if (lines.length > 0) return lines;
  if (!existsSync(driver)) return [`${driver} is missing: apt-get install libvirt-daemon-driver-qemu`];
  // It is restarted in the middle, which nobody else's should be.
  if ((await virsh(['list'])).code === 0) return ['a libvirtd of this machine is running; this test starts its own'];
  return [];
}

/**
 * The agent to compare with.
 * @param name `newest`, `qemu`, or empty for the first that is here
 * @returns undefined when there is none
 * @throws Error when the one that was asked for is not here
 */
export function findReferenceAgent(name: string): Variant | undefined {
  const wanted = references.filter((variant) => name === '' || variant.name === `libvirt-${name}`);
  const found = wanted.find((variant) => variant.missing().length === 0);
  if (found === undefined && name !== '') {
    const reasons = wanted.flatMap((variant) => variant.missing());
    throw new Error(reasons.length > 0 ? reasons.join('; ') : `no reference is called ${name}`);
  }
  return found;
}
