import { existsSync, readFileSync } from 'node:fs';

/** Reasons for accepted differences, by case name. */
export type Known = ReadonlyMap<string, string>;

/** A reason that begins so holds for our agent on Node, not for the native one. */
const NODE_ONLY = '(on Node) ';

/** The differences that are accepted of an agent. @param label how the agent is called; `ours` is the one on Node */
export function knownOf(label: string, known: Known): Known {
  if (label === 'ours') return known;
  return new Map(Array.from(known).filter(([, reason]) => !reason.startsWith(NODE_ONLY)));
}

/**
 * Reads a list of accepted differences: one `CASE-NAME: reason` per line; empty lines and lines that begin with `#` are left out.
 *
 * @throws Error for a line without a reason, or a case named twice
 */
export function readKnown(path: string): Known {
  const known = new Map<string, string>();
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  for (const line of lines) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    if (colon < 0 || known.has(name)) throw new Error(`${path}: no reason, or named twice: ${line}`);
    known.set(name, line.slice(colon + 2).trim());
  }
  return known;
}
