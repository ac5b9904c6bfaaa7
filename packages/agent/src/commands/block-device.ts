import { AgentError } from '@qga/protocol';
import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { ENOENT } from '../linux/constants.js';
import type { Paths } from '../linux/paths.js';
import { parseUdevRecord, parseUevent } from '../linux/uevent.js';
import type { Platform } from '../platform.js';

/** What the kernel and udev say of a block device. */
export interface BlockDevice {
  /** path of its device node */
  readonly node: string | undefined;
  readonly serial: string | undefined;
  /** the device mapper's name for it */
  readonly mapperName: string | undefined;
}

/** Asks about a block device. @param path its directory in sysfs */
export async function blockDevice(platform: Platform, paths: Paths, path: string): Promise<BlockDevice> {
  const uevent = parseUevent((await ifThere(readTextFile(platform, `${path}/uevent`))) ?? '');
  const record = `${paths.udevData}/b${uevent.get('MAJOR') ?? ''}:${uevent.get('MINOR') ?? ''}`;
  const udev = parseUdevRecord((await ifThere(readTextFile(platform, record))) ?? '');
  return {
    node: nodeOf(paths, uevent),
    serial: filled(udev.get('ID_SERIAL')),
    mapperName: filled(udev.get('DM_NAME')),
  };
}

/** The device node of a block device. @param path its directory in sysfs, or a link to it */
export async function deviceNode(platform: Platform, paths: Paths, path: string): Promise<string | undefined> {
  return nodeOf(paths, parseUevent((await ifThere(readTextFile(platform, `${path}/uevent`))) ?? ''));
}

function nodeOf(paths: Paths, uevent: ReadonlyMap<string, string>): string | undefined {
  const name = uevent.get('DEVNAME');
  return name === undefined ? undefined : `${paths.deviceNodes}/${name}`;
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/**
 * The devices that a device is made of, as links below its directory in sysfs.
 * @returns undefined when it cannot have any
 * @throws AgentError when they cannot be listed
 */
export async function slaveLinks(platform: Platform, path: string): Promise<string[] | undefined> {
  const directory = `${path}/slaves`;
  const names = await orMissing(`opendir("${directory}")`, platform.files.readdir(directory));
  return names?.map((name) => `${directory}/${name}`);
}

/**
 * Follows a link of sysfs.
 * @returns undefined when it leads nowhere
 * @throws AgentError when it cannot be followed for another reason
 */
export function resolveLink(platform: Platform, link: string): Promise<string | undefined> {
  return orMissing(`realpath("${link}")`, platform.files.realpath(link));
}

async function orMissing<T>(action: string, wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    if (!isErrno(error)) throw error;
    throw new AgentError(`${action}: ${error.message}`);
  }
}
