import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes.js';
import { programPath } from '../requirements.js';

const mebibyte = 1 << 20;

/**
 * Makes the machine's two disks, both ext4; the second holds the image of a third filesystem, for a loop mount.
 * @param folder where the image files go
 * @returns their paths, in the order the machine expects
 */
export async function makeDisks(folder: string): Promise<string[]> {
  const content = join(folder, 'more');
  await mkdir(content);
  await makeFilesystem(join(content, 'loop.img'), 8 * mebibyte);
  const data = join(folder, 'data.img');
  const more = join(folder, 'more.img');
  await makeFilesystem(data, 64 * mebibyte);
  await makeFilesystem(more, 64 * mebibyte, { content });
  return [data, more];
}

/**
 * Makes an image file with an ext4 filesystem in it.
 * @param size bytes
 * @param content folder that is copied into the filesystem
 * @param offset where the filesystem begins, in bytes; what is before it is left empty
 */
export async function makeFilesystem(
  image: string,
  size: number,
  { content, offset = 0 }: { readonly content?: string; readonly offset?: number } = {},
): Promise<void> {
  const file = await open(image, 'w');
  await file.truncate(size);
  await file.close();
  const from = content === undefined ? [] : ['-d', content];
  const place = offset === 0 ? [] : ['-E', `offset=${offset}`];
  await run(programPath('mkfs.ext4'), ['-q', '-F', ...from, ...place, image, `${(size - offset) / 1024}k`]);
}
