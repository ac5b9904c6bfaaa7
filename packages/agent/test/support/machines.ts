import { FOLDER, type Entry } from './fake-files.js';

/** Recorded pieces of sysfs and udev, as tables for {@link fakeFiles}. */

type Tree = Record<string, Entry>;

export interface DiskRecording {
  /** kernel name, such as `sda1` */
  readonly name: string;
  /** `major:minor` */
  readonly number: string;
  /** directory under /sys/devices, without the name */
  readonly at: string;
  /** 512-byte sectors */
  readonly size?: number;
  readonly udev?: readonly string[];
  /** kernel names and directories of what it is made of; undefined: it has no such directory */
  readonly slaves?: readonly string[];
}

/** A disk with its links in /sys/block and /sys/dev/block. */
export function disk(recording: DiskRecording): Tree {
  const path = `/sys/devices/${recording.at}/${recording.name}`;
  return { ...device(recording), [`/sys/block/${recording.name}`]: { to: `..${path.slice('/sys'.length)}` } };
}

/** A block device that is not in /sys/block: a partition. */
export function device({ name, number, at, size = 2048, udev = [], slaves }: DiskRecording): Tree {
  const path = `/sys/devices/${at}/${name}`;
  const [major = '', minor = ''] = number.split(':');
  const tree: Tree = {
    [`${path}/uevent`]: `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${name.replace('!', '/')}\nDEVTYPE=disk\n`,
    [`${path}/size`]: `${String(size)}\n`,
    [`/sys/dev/block/${number}`]: { to: `../..${path.slice('/sys'.length)}` },
  };
  if (slaves) tree[`${path}/slaves`] = FOLDER;
  for (const slave of slaves ?? []) tree[`${path}/slaves/${slave.split('/').at(-1) ?? ''}`] = { to: slave };
  if (udev.length > 0)
    tree[`/run/udev/data/b${number}`] = ['I:1234', ...udev.map((line) => `E:${line}`), ''].join('\n');
  return tree;
}

/** A driver bound to a PCI function. @param at directory under /sys/devices */
export function driver(at: string, name: string): Tree {
  return { [`/sys/devices/${at}/driver`]: { to: `/sys/bus/pci/drivers/${name}` } };
}

/** Text of mountinfo. @param mounts `major:minor mountpoint type source` */
export function mountinfo(...mounts: readonly string[]): Tree {
  const lines = mounts.map((mount, at) => {
    const [number = '', mountpoint = '', type = '', source = ''] = mount.split(' ');
    return `${String(at + 20)} 1 ${number} / ${mountpoint} rw,relatime - ${type} ${source} rw\n`;
  });
  return { '/proc/self/mountinfo': lines.join('') };
}
