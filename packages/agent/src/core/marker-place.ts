import { readTextFile } from './read-file.js';
import { isErrno } from './system-error.js';
import { mountOf, parseMountinfo } from '../linux/mountinfo.js';
import type { Paths } from '../linux/paths.js';
import type { Platform } from '../platform.js';

/** What has no disk below it; an overlay has. */
const IN_MEMORY: readonly string[] = ['tmpfs', 'ramfs', 'rootfs', 'devtmpfs'];

/**
 * Where the marks of a freeze can be written and removed while disks are frozen: in the state directory when that is in memory,
 * else in the system's volatile directory when that is.
 * @returns 'none' when both are on disks; then the state directory serves, because marks are written before and removed after
 */
export async function placeForMarkers(
  platform: Platform,
  paths: Paths,
  statedir: string,
): Promise<'statedir' | 'volatile' | 'none'> {
  try {
    const mounts = parseMountinfo(await readTextFile(platform, paths.mountinfo));
    const freezes = async (path: string): Promise<boolean> => {
      const holder = mountOf(mounts, await platform.files.realpath(path));
      return holder !== undefined && !IN_MEMORY.includes(holder.type);
    };
    if (!(await freezes(statedir))) return 'statedir';
    return (await freezes(paths.volatile)) ? 'none' : 'volatile';
  } catch (error) {
    // no table, or no such directory: what follows will say so
    if (isErrno(error)) return 'statedir';
    throw error;
  }
}
