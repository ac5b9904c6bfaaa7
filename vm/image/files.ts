import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes.js';

/** A file of the image: copied from this machine, or with its text given. `target` is absolute. */
export type ImageFile =
  { readonly target: string; readonly source: string } | { readonly target: string; readonly text: string };

/**
 * A program and the shared libraries it needs, each under the path it has here.
 * @param target where the program itself goes; by default the path it has here
 */
export async function withLibraries(program: string, target = program): Promise<ImageFile[]> {
  return [{ target, source: program }, ...(await librariesOf(program))];
}

/** The shared libraries `ldd` names, none for a static program. */
async function librariesOf(program: string): Promise<ImageFile[]> {
  // ldd fails for a static program; that one simply has none.
  const listing = await run('ldd', [program]).catch(() => '');
  return [...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => asItIs(match[1] ?? ''));
}

/**
 * All files below a folder.
 * @param wanted says which, by the path inside the folder
 */
export function tree(source: string, target: string, wanted: (path: string) => boolean = () => true): ImageFile[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1))
    .filter(wanted)
    .map((path) => ({ target: join(target, path), source: join(source, path) }));
}

function asItIs(path: string): ImageFile {
  return { target: path, source: path };
}
