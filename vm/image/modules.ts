import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImageFile } from './files.js';
import { kernelFolder } from '../paths.js';

/** What the machine uses; whatever these depend on is added. A name without a file is taken to be built in. */
const wanted = [
  'virtio_pci',
  'virtio_console',
  'virtio_blk',
  'virtio_net',
  'virtio_scsi',
  'ata_piix',
  'sd_mod',
  'dm_mod',
  'loop',
  'vsock_loopback',
];

/**
 * The kernel modules of the image, as /modules/NN-name.ko: inserting them in the order of their names works.
 * @param release the kernel's release name
 * @throws Error when the kernel package has compressed modules, which busybox could not insert
 */
export function moduleFiles(release: string): ImageFile[] {
  const files = modulesOf(release);
  const order: string[] = [];
  const add = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || order.includes(file)) return;
    dependenciesOf(file).forEach(add);
    order.push(file);
  };
  wanted.forEach(add);
  return order.map((source, index) => ({
    target: `/modules/${String(index).padStart(2, '0')}-${basename(source)}`,
    source,
  }));
}

/** Module name to file. File names may have dashes where module names have underscores. */
function modulesOf(release: string): Map<string, string> {
  const folder = ['lib/modules', 'usr/lib/modules']
    .map((path) => join(kernelFolder, path, release))
    .find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`no modules of kernel ${release} in ${kernelFolder}`);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  if (files.some((file) => file.name.endsWith('.ko.xz'))) {
    throw new Error(`the modules of kernel ${release} are compressed: unpack them with unxz`);
  }
  return new Map(
    files
      .filter((file) => file.name.endsWith('.ko'))
      .map((file) => [basename(file.name, '.ko').replaceAll('-', '_'), join(file.parentPath, file.name)]),
  );
}

/** A module file carries its properties as NUL-separated texts; `depends=` is one of them. */
function dependenciesOf(file: string): string[] {
  const depends = /\0depends=([^\0]*)\0/.exec(readFileSync(file).toString('latin1'))?.[1] ?? '';
  return depends.split(',').filter((name) => name !== '');
}
