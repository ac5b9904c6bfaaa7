import { EACCES, ENOENT, S_IFMT, S_IFREG } from '../linux/constants.js';
import type { Files, Platform } from '../platform.js';
import { isErrno, SystemError } from './system-error.js';

/** Where execvp(3) looks when PATH is not set. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Finds a program as execvp(3) does.
 * @param name a name without slashes, to be searched for; anything else is a path and stays as it is
 * @param directories separated by colons, an empty one is the working directory; default: the agent's PATH
 * @throws SystemError ENOENT when there is none, EACCES when there is one that must not be executed
 */
export async function findProgram(
  { files, system }: Pick<Platform, 'files' | 'system'>,
  name: string,
  directories?: string,
): Promise<string> {
  if (name.includes('/')) return name;
  if (name === '') throw new SystemError(ENOENT);
  let reason = ENOENT;
  for (const directory of (directories ?? system.environment('PATH') ?? DEFAULT_PATH).split(':')) {
    const file = `${directory === '' ? '.' : directory}/${name}`;
    const kind = await kindOf(files, file);
    if (kind === undefined) continue;
    // a directory is executable too
    if (kind === S_IFREG && (await files.executable(file))) return file;
    reason = EACCES;
  }
  throw new SystemError(reason);
}

/** The type bits of a file; undefined when it cannot be reached. */
async function kindOf(files: Files, path: string): Promise<number | undefined> {
  try {
    return (await files.stat(path)).mode & S_IFMT;
  } catch (error) {
    if (isErrno(error)) return undefined;
    throw error;
  }
}
