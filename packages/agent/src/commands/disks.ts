import { AgentError, type GuestDiskInfo, type GuestDiskSmart } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { NVME_IOCTL_ADMIN_CMD, O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import { isVirtual } from '../linux/disk-path.js';
import { parseDiskstats } from '../linux/diskstats.js';
import { DATA_ADDRESS_AT, parseSmartLog, SMART_LOG_SIZE, smartLogCommand } from '../linux/nvme.js';
import { blockDevice, deviceNode } from './block-device.js';
import { diskAddress } from './disk-address.js';

export const diskCommands = {
  'guest-get-disks': {
    async run(_, context) {
      const disks: GuestDiskInfo[] = [];
      for (const name of await diskNames(context)) disks.push(...(await describe(context, name)));
      return disks.reverse();
    },
  },
  'guest-get-diskstats': {
    async run(_, { paths, platform }) {
      try {
        return parseDiskstats(await readTextFile(platform, paths.diskstats));
      } catch (error) {
        if (!isErrno(error)) throw error;
        throw new AgentError(`Could not open '${paths.diskstats}': ${error.message}`);
      }
    },
  },
} satisfies Partial<CommandSet>;

async function diskNames({ paths, platform }: Context): Promise<string[]> {
  try {
    return await platform.files.readdir(paths.disks);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`Can't open directory "${paths.disks}": ${error.message}`);
  }
}

/** A disk and then its partitions; nothing for a drive without a medium, such as a loop device without a file. */
async function describe(context: Context, name: string): Promise<GuestDiskInfo[]> {
  const { paths, platform } = context;
  const link = `${paths.disks}/${name}`;
  const size = await ifThere(readTextFile(platform, `${link}/size`));
  if (size === undefined || size === '0\n') return [];
  const path = await ifThere(platform.files.realpath(link));
  if (path === undefined) return [];
  const device = await blockDevice(platform, paths, path);
  const { node, mapperName } = device;
  if (node === undefined) return [];
  const dependencies = await dependenciesOf(context, path);
  const address = isVirtual(path) ? undefined : await diskAddress(platform, path, device);
  const smart = address?.['bus-type'] === 'nvme' ? await smartOf(context, node) : undefined;
  const disk: GuestDiskInfo = {
    name: node,
    partition: false,
    ...(dependencies && { dependencies }),
    ...(address && { address }),
    ...(mapperName !== undefined && { alias: mapperName }),
    ...(smart && { smart }),
  };
  return [disk, ...(await partitionsOf(context, path, name, node))];
}

async function dependenciesOf({ paths, platform }: Context, path: string): Promise<string[] | undefined> {
  const names = await ifThere(platform.files.readdir(`${path}/slaves`));
  if (names === undefined) return undefined;
  const nodes: string[] = [];
  for (const name of names) {
    const node = await deviceNode(platform, paths, `${path}/slaves/${name}`);
    if (node !== undefined) nodes.push(node);
  }
  return nodes.reverse();
}

/** The partitions of a disk are directories in its own: `sda1` of `sda`, `nvme0n1p1` of `nvme0n1`. */
async function partitionsOf(context: Context, path: string, disk: string, diskNode: string): Promise<GuestDiskInfo[]> {
  const { paths, platform } = context;
  const partitions: GuestDiskInfo[] = [];
  for (const entry of (await ifThere(platform.files.readdir(path))) ?? []) {
    if (!entry.startsWith(disk) || !/^p?\d/.test(entry.slice(disk.length))) continue;
    const name = await deviceNode(platform, paths, `${path}/${entry}`);
    if (name !== undefined) partitions.push({ name, partition: true, dependencies: [diskNode] });
  }
  return partitions;
}

/** Asks an NVMe disk for its health record; one that does not answer has none. */
async function smartOf({ platform }: Context, node: string): Promise<GuestDiskSmart | undefined> {
  const file = await ifThere(platform.files.open(node, O_RDONLY | O_CLOEXEC));
  if (file === undefined) return undefined;
  try {
    const log = new Uint8Array(SMART_LOG_SIZE);
    const pointee = { at: DATA_ADDRESS_AT, bytes: log };
    const status = await ifThere(platform.files.ioctl(file, NVME_IOCTL_ADMIN_CMD, smartLogCommand(), pointee));
    return status === 0 ? { type: 'nvme', ...parseSmartLog(log) } : undefined;
  } finally {
    await platform.files.close(file);
  }
}
