import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync, chmodSync, readdirSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.js';
import { manPage } from './man.js';

const SYSTEM = path.join(ROOT, 'packages/agent/system');

/** What the guest gets: where it goes, where it comes from, its mode. */
const FILES: readonly (readonly [to: string, from: string, mode: number])[] = [
  ['lib/systemd/system/qemu-guest-agent.service', 'qemu-guest-agent.service', 0o644],
  ['lib/systemd/system/qemu-guest-agent-vsock.service', 'qemu-guest-agent-vsock.service', 0o644],
  ['lib/systemd/system/qemu-guest-agent-vsock.socket', 'qemu-guest-agent-vsock.socket', 0o644],
  ['lib/udev/rules.d/60-qemu-guest-agent.rules', '60-qemu-guest-agent.rules', 0o644],
  ['etc/qemu/qemu-ga.conf', 'qemu-ga.conf', 0o644],
  ['etc/qemu/fsfreeze-hook', 'fsfreeze-hook', 0o755],
];

/** Added where there is no systemd. */
const OPENRC: readonly (readonly [to: string, from: string, mode: number])[] = [
  ['etc/init.d/qemu-guest-agent', 'qemu-guest-agent.openrc', 0o755],
];

/**
 * Lays out what is installed, below a folder that is emptied first.
 * @param binary the agent for the guest's architecture
 * @param openrc with the OpenRC script; a Debian package has no use for it
 */
export function layOut(folder: string, binary: string, version: string, openrc: boolean): void {
  rmSync(folder, { recursive: true, force: true });
  const place = (to: string, mode: number, put: (file: string) => void): void => {
    const file = path.join(folder, to);
    mkdirSync(path.dirname(file), { recursive: true });
    put(file);
    chmodSync(file, mode);
  };
  place('usr/sbin/qemu-ga', 0o755, (file) => cpSync(binary, file));
  for (const [to, from, mode] of openrc ? [...FILES, ...OPENRC] : FILES) {
    place(to, mode, (file) => cpSync(path.join(SYSTEM, from), file));
  }
  place('usr/share/man/man8/qemu-ga.8', 0o644, (file) => writeFileSync(file, manPage(version)));
  place('usr/share/doc/qga-guest-agent/copyright', 0o644, (file) => cpSync(path.join(ROOT, 'LICENSE'), file));
  for (const name of readdirSync(path.join(SYSTEM, 'profiles'))) {
    const from = path.join(SYSTEM, 'profiles', name);
    place(`usr/share/doc/qga-guest-agent/profiles/${name}`, 0o644, (file) => cpSync(from, file));
  }
  mkdirSync(path.join(folder, 'etc/qemu/fsfreeze-hook.d'), { recursive: true });
}

/** Gives everything below a folder one time, so that the same input makes the same package. @param time seconds since 1970 */
export function setTimes(folder: string, time: number): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (lstatSync(file).isDirectory()) setTimes(file, time);
    utimesSync(file, time, time);
  }
}
