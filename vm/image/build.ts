import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { guestScripts, imageFolder } from '../paths.js';
import { programPath } from '../requirements.js';
import { fileType, writeCpio } from './cpio.js';
import type { CpioEntry } from './cpio.js';
import { tree, withLibraries } from './files.js';
import type { ImageFile } from './files.js';
import { moduleFiles } from './modules.js';
import type { Variant } from './variants.js';

const emptyFolders = ['proc', 'sys', 'dev', 'run', 'tmp', 'var', 'mnt/data', 'mnt/more', 'mnt/loop', 'mnt/bind'];

/**
 * Builds the initramfs for an agent, or finds the one built earlier from the same files.
 * @param release the kernel's release name
 * @returns the path of the image, and whether it had to be built
 */
export async function buildImage(variant: Variant, release: string): Promise<{ file: string; built: boolean }> {
  const entries = toEntries(await imageFiles(variant, release));
  const file = join(imageFolder, `initramfs-${variant.name}-${fingerprint(entries)}.cpio`);
  if (existsSync(file)) return { file, built: false };
  await mkdir(imageFolder, { recursive: true });
  await removeImages(variant);
  await writeCpio(file, entries);
  return { file, built: true };
}

/** Images are large, and every change of the agent makes a new one: only the newest of each variant is kept. */
async function removeImages(variant: Variant): Promise<void> {
  const names = await readdir(imageFolder);
  const old = names.filter((name) => name.startsWith(`initramfs-${variant.name}-`));
  await Promise.all(old.map((name) => rm(join(imageFolder, name))));
}

async function imageFiles(variant: Variant, release: string): Promise<ImageFile[]> {
  return [
    ...(await withLibraries(programPath('busybox'), '/bin/busybox')),
    ...(await withLibraries(programPath('socat'), '/usr/bin/socat')),
    ...(await withLibraries(programPath('dmsetup'), '/usr/bin/dmsetup')),
    ...moduleFiles(release),
    ...tree(guestScripts, '/'),
    { target: '/etc/agent-command', text: `${variant.command.join(' ')}\n` },
    ...(await variant.files()),
  ];
}

/** Adds the folders, parents first, and the one device node that init needs before /dev is mounted. */
function toEntries(files: readonly ImageFile[]): CpioEntry[] {
  const contents = new Map(files.map((file) => [file.target.slice(1), contentOf(file)]));
  const folders = new Set<string>();
  const addFolder = (path: string): void => {
    if (path === '.' || folders.has(path)) return;
    addFolder(dirname(path));
    folders.add(path);
  };
  emptyFolders.forEach(addFolder);
  [...contents.keys()].forEach((path) => addFolder(dirname(path)));
  return [
    ...[...folders].map((path) => ({ path, mode: fileType.folder | 0o755 })),
    { path: 'dev/console', mode: fileType.characterDevice | 0o600, device: [5, 1] },
    ...[...contents].map(([path, content]) => ({ path, mode: fileType.file | 0o755, content })),
  ];
}

function contentOf(file: ImageFile): Buffer {
  return 'text' in file ? Buffer.from(file.text) : readFileSync(file.source);
}

function fingerprint(entries: readonly CpioEntry[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, content } of entries) {
    hash.update(`${path}\0${mode}\0${content?.length ?? 0}\0`);
    if (content !== undefined) hash.update(content);
  }
  return hash.digest('hex').slice(0, 16);
}
