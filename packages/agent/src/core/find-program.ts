import { ENOENT, S_IFMT, S_IFREG } from '../linux/constants.js';
import type { Platform } from '../platform.js';
import { isErrno, SystemError } from './system-error.js';

/** Where execvp(3) looks when PATH is not set. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Finds a program as execvp(3) does.
 * @param name a name without slashes, to be searched for in PATH; anything else is a path and stays as it is
 * @throws SystemError ENOENT when there is none
 */
export async function findProgram(platform: Platform, name: string): Promise<string> {
  if (name.includes('/')) return name;
  const path = platform.system.environment('PATH') ?? DEFAULT_PATH;
  for (const directory of path.split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${name}`;
    if (await isProgram(platform, candidate)) return candidate;
  }
  throw new SystemError(ENOENT);
}

/** A directory is executable too, so that being allowed to is not enough. */
async function isProgram({ files }: Platform, path: string): Promise<boolean> {
  if (!(await files.executable(path))) return false;
  try {
    return ((await files.stat(path)).mode & S_IFMT) === S_IFREG;
  } catch (error) {
    if (isErrno(error)) return false;
    throw error;
  }
}
