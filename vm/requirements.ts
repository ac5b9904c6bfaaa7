import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Variant } from './image/variants.js';
import { kernelFolder } from './paths.js';

/** Something the machine cannot be built or run without. */
export interface Need {
  readonly program: string;
  readonly debianPackage: string;
}

const needs: readonly Need[] = [
  { program: 'qemu-system-x86_64', debianPackage: 'qemu-system-x86' },
  { program: 'busybox', debianPackage: 'busybox-static' },
  { program: 'mkfs.ext4', debianPackage: 'e2fsprogs' },
  { program: 'dmsetup', debianPackage: 'dmsetup' },
  { program: 'socat', debianPackage: 'socat' },
  { program: 'ldd', debianPackage: 'libc-bin' },
];

/**
 * Finds a program. The folders for administrators are searched too: an ordinary user's PATH leaves them out.
 * @returns its full path, or undefined
 */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Finds a program that {@link missing} has already vouched for.
 * @throws Error when it is not there after all
 */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** The newest kernel that install.sh unpacked: its image file and its release name, or undefined. */
export function findKernel(): { readonly image: string; readonly release: string } | undefined {
  const boot = join(kernelFolder, 'boot');
  const names = existsSync(boot) ? readdirSync(boot).filter((name) => name.startsWith('vmlinuz-')) : [];
  const newest = names.sort().at(-1);
  return newest === undefined ? undefined : { image: join(boot, newest), release: newest.slice('vmlinuz-'.length) };
}

/**
 * Everything that is not here, one sentence each, with the way to get it.
 * @param more programs that are needed beside those of every machine
 */
export function missing(variant: Variant, more: readonly Need[] = []): string[] {
  const lines: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') lines.push('the machine needs Linux on x86-64');
  for (const { program, debianPackage } of [...needs, ...more]) {
    if (findProgram(program) === undefined) lines.push(`${program} is missing: apt-get install ${debianPackage}`);
  }
  if (findKernel() === undefined) lines.push('the kernel is missing: run vm/install.sh');
  return [...lines, ...variant.missing()];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
