import { DeniedError } from '../core/denied-error.js';
import type { Place } from '../core/guard.js';
import { isErrno } from '../core/system-error.js';
import { ENOENT, O_CLOEXEC, O_PATH } from '../linux/constants.js';
import { linuxPaths } from '../linux/paths.js';
import type { FileDescriptor, Platform } from '../platform.js';

/** A place and the path that the kernel knows it by. */
export interface KnownPlace extends Place {
  readonly real: string;
}

/** What the kernel adds to the path of a file that is no longer there. */
const DELETED = ' (deleted)';

/**
 * Finds the file that a path means without touching it: O_PATH opens nothing, so that neither a FIFO waits nor a device acts.
 * What is opened afterwards through the descriptor is this very file, whatever happens to the path.
 * @throws SystemError when the path leads nowhere, and AgentError when the file has no path
 */
export async function findPlace(platform: Platform, path: string): Promise<KnownPlace> {
  const { files } = platform;
  let file: FileDescriptor;
  try {
    file = await files.open(path, O_PATH | O_CLOEXEC);
  } catch (error) {
    if (!isErrno(error, ENOENT)) throw error;
    return findNewPlace(platform, path, error);
  }
  return known(platform, file, undefined, path);
}

/** Where a file would be made that is not there: by its name in a directory that is held open, which no link can redirect. */
async function findNewPlace(platform: Platform, path: string, missing: Error): Promise<KnownPlace> {
  const { files } = platform;
  const end = path.lastIndexOf('/') + 1;
  const name = path.slice(end);
  if (name === '' || name === '.' || name === '..') throw missing;
  const directory = await files.open(end === 0 ? '.' : path.slice(0, end), O_PATH | O_CLOEXEC | files.flags.directory);
  return known(platform, directory, name, path);
}

async function known(
  { files }: Platform,
  file: FileDescriptor,
  name: string | undefined,
  path: string,
): Promise<KnownPlace> {
  const release = (): Promise<void> => files.close(file);
  const link = `${linuxPaths.descriptors}/${String(file)}`;
  try {
    const real = await files.readlink(link);
    // pipes, and files beyond this process's root, have no path; one that was removed is known by no rule any more
    if (!real.startsWith('/') || real.endsWith(DELETED)) {
      throw new DeniedError(`denied by policy: '${path}' is not in the filesystem`);
    }
    if (name === undefined) return { real, path: link, flags: 0, release };
    const full = `${real === '/' ? '' : real}/${name}`;
    return { real: full, path: `${link}/${name}`, flags: files.flags.noFollow, release };
  } catch (error) {
    await release();
    throw error;
  }
}
