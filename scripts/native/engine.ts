import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * QuickJS-ng 0.15.1 as the package carries it; docs/decisions/0006-quickjs-ng.md says why from there. The sum is that of its C
 * sources and headers: a version that nobody has looked at does not get into the binary.
 */
const PACKAGE = '@scriptc/runtime/package.json';
const SHA256 = '9a478cabc84b086003e1a1c825b826171aaa9902655b8825ef7844ee05389194';

/** What of the engine is compiled; its own host library is not. */
export const ENGINE_SOURCES: readonly string[] = ['quickjs.c', 'libregexp.c', 'libunicode.c', 'dtoa.c'];

/**
 * Finds the engine's sources.
 * @returns their folder
 * @throws Error when they are not the ones expected
 */
export function engineFolder(): string {
  const folder = join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), 'vendor', 'quickjs-ng');
  const hash = createHash('sha256');
  const names = readdirSync(folder).filter((name) => name.endsWith('.h') || ENGINE_SOURCES.includes(name));
  for (const name of names.sort()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  const sum = hash.digest('hex');
  if (sum !== SHA256) throw new Error(`the sources in ${folder} have the sum ${sum}, not ${SHA256}`);
  return folder;
}
