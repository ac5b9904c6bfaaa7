import type { GuestDiskAddress, GuestFilesystemInfo, GuestFilesystemTrimResult } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { ifThere } from '../core/if-there.js';
import type { Int64 } from '../core/received.js';
import { isErrno } from '../core/system-error.js';
import { ENOTTY, EOPNOTSUPP, FITRIM, O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import { isVirtual } from '../linux/disk-path.js';
import type { Mount } from '../linux/mountinfo.js';
import type { FileDescriptor, FilesystemRoom } from '../platform.js';
import { blockDevice, resolveLink, slaveLinks } from './block-device.js';
import { diskAddress } from './disk-address.js';
import { listMounts } from '../core/mounts.js';

export const filesystemCommands = {
  'guest-fstrim': {
    async run({ minimum }, context) {
      context.log.record('guest-fstrim called');
      const paths: GuestFilesystemTrimResult[] = [];
      for (const { mountpoint } of await listMounts(context.platform, context.paths)) {
        paths.push(await trim(context, mountpoint, minimum ?? 0));
      }
      return { paths: paths.reverse() };
    },
  },
  'guest-get-fsinfo': {
    async run(_, context) {
      const disks = new DiskFinder(context);
      const filesystems: GuestFilesystemInfo[] = [];
      for (const mount of await listMounts(context.platform, context.paths)) {
        filesystems.push(await describe(context, mount, disks));
      }
      return filesystems.reverse();
    },
  },
} satisfies Partial<CommandSet>;

async function trim({ platform }: Context, path: string, minimum: Int64): Promise<GuestFilesystemTrimResult> {
  let directory: FileDescriptor;
  try {
    directory = await platform.files.open(path, O_RDONLY | O_CLOEXEC);
  } catch (error) {
    if (!isErrno(error)) throw error;
    return { path, error: `failed to open: ${error.message}` };
  }
  try {
    // start, length, smallest extent: the kernel answers with what it trimmed and the smallest it could, in the same words
    const range = BigUint64Array.of(0n, 0xffff_ffff_ffff_ffffn, BigInt.asUintN(64, BigInt(minimum)));
    await platform.files.ioctl(directory, FITRIM, new Uint8Array(range.buffer));
    return { path, trimmed: whole(range[1]), minimum: whole(range[2]) };
  } catch (error) {
    if (isErrno(error, ENOTTY, EOPNOTSUPP)) return { path, error: 'trim not supported' };
    if (!isErrno(error)) throw error;
    return { path, error: `failed to trim: ${error.message}` };
  } finally {
    await platform.files.close(directory);
  }
}

async function describe({ platform, paths }: Context, mount: Mount, disks: DiskFinder): Promise<GuestFilesystemInfo> {
  const { mountpoint, type, device } = mount;
  const path = await resolveLink(platform, `${paths.blockDevices}/${device}`);
  const room = await ifThere(platform.files.statvfs(mountpoint));
  return {
    name: path?.split('/').at(-1) ?? device,
    mountpoint,
    type,
    disk: path === undefined ? [] : (await disks.below(path)).toReversed(),
    ...(room && sizesOf(room)),
  };
}

function sizesOf({ fragmentSize, blocks, free, available }: FilesystemRoom): Partial<GuestFilesystemInfo> {
  const used = blocks - free;
  return {
    'used-bytes': whole(used * fragmentSize),
    'total-bytes': whole((used + available) * fragmentSize),
    'total-bytes-privileged': whole(blocks * fragmentSize),
  };
}

/** Finds the disks that block devices are made of, each device once however many filesystems share it. */
class DiskFinder {
  readonly #context: Context;
  readonly #known = new Map<string, Promise<readonly GuestDiskAddress[]>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** @param path the device's directory in sysfs, without symbolic links */
  below(path: string): Promise<readonly GuestDiskAddress[]> {
    const found = this.#known.get(path) ?? this.#find(path);
    this.#known.set(path, found);
    return found;
  }

  async #find(path: string): Promise<readonly GuestDiskAddress[]> {
    const { platform, paths } = this.#context;
    if (!isVirtual(path)) {
      const address = await diskAddress(platform, path, await blockDevice(platform, paths, path));
      return address === undefined ? [] : [address];
    }
    const disks: GuestDiskAddress[] = [];
    for (const link of (await slaveLinks(platform, path)) ?? []) {
      const slave = await resolveLink(platform, link);
      if (slave !== undefined) disks.push(...(await this.below(slave)));
    }
    return disks;
  }
}

/** A size for the wire: beyond what a number holds exactly it is cut off, so that it stays an integer there. */
function whole(size: number | bigint | undefined): number {
  return Math.min(Number(size ?? 0), Number.MAX_SAFE_INTEGER);
}
