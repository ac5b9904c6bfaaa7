import type { Platform } from '../platform.js';

/** A program in the filesystem. */
export interface NamedProgram {
  /** its directory without symbolic links, and its name there */
  readonly named: string;
  /** where that leads when it is a link */
  readonly real: string;
}

/**
 * Finds what a program's path means. Its last name is kept: programs of many names (busybox) do what they are called.
 * @throws SystemError when there is none
 */
export async function findNamed({ files }: Platform, path: string): Promise<NamedProgram> {
  const real = await files.realpath(path);
  const end = path.lastIndexOf('/') + 1;
  const name = path.slice(end);
  // a path that ends in a directory is refused by the kernel; it is no name
  if (name === '' || name === '.' || name === '..') return { named: real, real };
  const folder = await files.realpath(end === 0 ? '.' : path.slice(0, end));
  return { named: `${folder === '/' ? '' : folder}/${name}`, real };
}
