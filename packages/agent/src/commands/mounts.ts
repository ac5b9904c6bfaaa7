import { AgentError } from '@qga/protocol';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { S_IFMT } from '../linux/constants.js';
import type { Paths } from '../linux/paths.js';
import {
  firstOfEachDevice,
  isAnonymous,
  parseMountinfo,
  parseMounts,
  type Mount,
  type MountLine,
} from '../linux/mountinfo.js';
import type { Platform } from '../platform.js';

/** File type of a block device: inode(7). */
const S_IFBLK = 0o060000;

/**
 * The filesystems that freeze and trim work on: those on a block device, each once, in mount order.
 * @throws AgentError when the kernel's table cannot be read
 */
export async function listMounts(platform: Platform, paths: Paths): Promise<Mount[]> {
  let text: string;
  try {
    text = await readTextFile(platform, paths.mountinfo);
  } catch (error) {
    if (!isErrno(error)) throw error;
    return listFromMounts(platform, paths);
  }
  const onDevices: MountLine[] = [];
  for (const mount of parseMountinfo(text)) {
    const device = isAnonymous(mount) ? await btrfsDevice(platform, mount) : mount.device;
    if (device !== undefined) onDevices.push({ ...mount, device });
  }
  return firstOfEachDevice(onDevices);
}

async function listFromMounts(platform: Platform, paths: Paths): Promise<Mount[]> {
  try {
    return parseMounts(await readTextFile(platform, paths.mounts));
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to open mtab file: '${paths.mounts}': ${error.message}`);
  }
}

/** btrfs has no device number of its own; its source, when a block device, stands for it. */
async function btrfsDevice(platform: Platform, mount: MountLine): Promise<string | undefined> {
  if (mount.type !== 'btrfs') return undefined;
  try {
    const { mode, rdev } = await platform.files.stat(mount.source);
    return (mode & S_IFMT) === S_IFBLK ? deviceNumber(rdev) : undefined;
  } catch (error) {
    if (isErrno(error)) return undefined;
    throw error;
  }
}

/** `major:minor` of a device number: makedev(3). */
function deviceNumber(rdev: number): string {
  const major = Math.floor(rdev / 0x100) & 0xfff;
  const minor = (rdev & 0xff) | (Math.floor(rdev / 0x1000) & 0xfff00);
  return `${String(major)}:${String(minor)}`;
}
