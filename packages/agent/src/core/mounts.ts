import { AgentError } from '@qga/protocol';
import { readTextFile } from './read-file.js';
import { isErrno } from './system-error.js';
import { S_IFMT } from '../linux/constants.js';
import type { Paths } from '../linux/paths.js';
import { isAnonymous, parseMountinfo, parseMounts, type Mount, type MountLine } from '../linux/mountinfo.js';
import type { Platform } from '../platform.js';

/** File type of a block device: inode(7). */
const S_IFBLK = 0o060000;

type Readers = Pick<Platform, 'files' | 'kernels'>;

/** A line of the kernel's table, and why its filesystem is not to be frozen or trimmed there. */
export interface SurveyedMount extends Mount {
  readonly excluded: 'no-block-device' | 'same-filesystem' | undefined;
}

/**
 * The filesystems that freeze and trim work on: those on a block device, each once, in mount order.
 * @throws AgentError when the kernel's table cannot be read
 */
export async function listMounts(platform: Readers, paths: Paths): Promise<Mount[]> {
  return (await surveyMounts(platform, paths)).filter(({ excluded }) => excluded === undefined);
}

/**
 * All mounts, in mount order; a kernel without mountinfo tells only those on devices.
 * @throws AgentError when the kernel's table cannot be read
 */
export async function surveyMounts(platform: Readers, paths: Paths): Promise<SurveyedMount[]> {
  let text: string;
  try {
    text = await readTextFile(platform, paths.mountinfo);
  } catch (error) {
    if (!isErrno(error)) throw error;
    return (await listFromMounts(platform, paths)).map((mount) => ({ ...mount, excluded: undefined }));
  }
  const seen = new Set<string>();
  const mounts: SurveyedMount[] = [];
  for (const { source, ...mount } of parseMountinfo(text)) {
    const device = isAnonymous(mount) ? await btrfsDevice(platform, { ...mount, source }) : mount.device;
    const excluded = device === undefined ? 'no-block-device' : seen.has(device) ? 'same-filesystem' : undefined;
    if (device !== undefined) seen.add(device);
    mounts.push({ ...mount, device: device ?? mount.device, excluded });
  }
  return mounts;
}

async function listFromMounts(platform: Readers, paths: Paths): Promise<Mount[]> {
  try {
    return parseMounts(await readTextFile(platform, paths.mounts));
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to open mtab file: '${paths.mounts}': ${error.message}`);
  }
}

/** btrfs has no device number of its own; its source, when a block device, stands for it. */
async function btrfsDevice(platform: Readers, mount: MountLine): Promise<string | undefined> {
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
