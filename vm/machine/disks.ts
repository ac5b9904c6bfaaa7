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
  await makeFilesystem(more, 64 * mebibyte, content);
  return [data, more];
}

async function makeFilesystem(image: string, size: number, content?: string): Promise<void> {
  const file = await open(image, 'w');
  await file.truncate(size);
  await file.close();
  const from = content === undefined ? [] : ['-d', content];
  await run(programPath('mkfs.ext4'), ['-q', '-F', ...from, image]);
}
