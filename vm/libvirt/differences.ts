import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.js';

const file = join(root, 'vm/libvirt/known-differences.txt');

/**
 * Reads the differences that are accepted: lines `NAME-OF-THE-STEP: reason`; empty lines and those with `#` say nothing.
 * @returns name to reason
 */
export function knownDifferences(): Map<string, string> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(split));
}

/** Names may have colons in them, so the last one followed by a space ends the name. */
function split(line: string): [string, string] {
  const end = line.lastIndexOf(': ');
  if (end < 0) throw new Error(`${file}: no reason in «${line}»`);
  return [line.slice(0, end), line.slice(end + 2)];
}
