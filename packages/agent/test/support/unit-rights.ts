import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host } from './agent-process.js';

/** What a drop-in of system/profiles leaves to the agent. */
export interface UnitRights {
  /** as setpriv calls them: `sys_admin` */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
}

/** @param profile name of the drop-in */
export function readRights(profile: string): UnitRights {
  const file = fileURLToPath(new URL(`../../system/profiles/${profile}.conf`, import.meta.url));
  const text = readFileSync(file, 'utf8');
  const set = /^CapabilityBoundingSet=(.*)$/m.exec(text)?.[1];
  if (set === undefined) throw new Error(`${file} has no CapabilityBoundingSet`);
  const capabilities = set.split(' ').map((name) => name.replace('CAP_', '').toLowerCase());
  return { capabilities, noNewPrivileges: /^NoNewPrivileges=yes$/m.test(text) };
}

/** Starts the agent with these rights and no others, as a service manager would. */
export function startWithRights(host: Host, rights: UnitRights, args: readonly string[]): ChildProcess {
  const bounds = ['-all', ...rights.capabilities.map((name) => `+${name}`)].join(',');
  const privileges = rights.noNewPrivileges ? ['--no-new-privs'] : [];
  const [file, ...first] = host.command;
  const words = ['--inh-caps=-all', `--bounding-set=${bounds}`, ...privileges, '--', file, ...first, ...args];
  return spawn('setpriv', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, QGA_CONF: '/nonexistent/qemu-ga.conf' },
  });
}

/** Why these tests have to be skipped here. */
export function whyNoRights(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  return spawnSync('setpriv', ['--version']).error === undefined ? undefined : 'setpriv is missing (util-linux)';
}

/** Mounts a new ext4 of the test's own. @returns what unmounts it; undefined when this machine does not let it be mounted */
export function mountImage(image: string, mountpoint: string): (() => void) | undefined {
  const run = (program: string, ...args: string[]): boolean =>
    spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  if (!run('truncate', '-s', '16M', image) || !run('mkfs.ext4', '-q', '-F', image)) return undefined;
  if (!run('mount', '-o', 'loop', image, mountpoint)) return undefined;
  return () => {
    if (!run('umount', mountpoint)) throw new Error(`${mountpoint} cannot be unmounted`);
  };
}
