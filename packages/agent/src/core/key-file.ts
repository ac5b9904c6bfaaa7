/** A fault of a key file, with the line that has it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Groups of a key file, each with its keys; of a key given twice the last one counts. */
export type KeyFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

const ESCAPES: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** A `key=value` of a key file, with the group and the line that it stands in, counted from 1. */
export interface KeyLine {
  readonly group: string;
  readonly key: string;
  /** as written */
  readonly value: string;
  readonly line: number;
}

/**
 * Reads GLib's key file format: `[group]` lines, `key=value` lines, `#` comments.
 * @throws KeyFileError naming the line
 */
export function readKeyLines(text: string): KeyLine[] {
  const lines: KeyLine[] = [];
  let group: string | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const where = `line ${String(at + 1)}: `;
    const header = /^\[([^[\]]+)\]\s*$/.exec(line);
    if (header?.[1] !== undefined) {
      group = header[1];
      continue;
    }
    const equals = line.indexOf('=');
    if (equals <= 0) throw new KeyFileError(`${where}not a group, a key=value pair or a comment: ${line}`);
    if (group === undefined) throw new KeyFileError(`${where}the file must begin with a group: ${line}`);
    const value = line.slice(equals + 1).trimStart();
    lines.push({ group, key: line.slice(0, equals).trim(), value, line: at + 1 });
  }
  return lines;
}

/**
 * Reads a key file into its groups. Values stay as written.
 * @throws KeyFileError naming the line
 */
export function parseKeyFile(text: string): KeyFile {
  return groupsOf(readKeyLines(text));
}

/** The lines of a key file by group and key. */
export function groupsOf(lines: readonly KeyLine[]): KeyFile {
  const groups = new Map<string, Map<string, string>>();
  for (const { group, key, value } of lines) {
    const keys = groups.get(group) ?? new Map<string, string>();
    groups.set(group, keys.set(key, value));
  }
  return groups;
}

/** A string value with its escapes (`\s \n \t \r \\`) resolved. */
export function keyFileString(value: string): string {
  return value.replace(/\\([sntr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** A string as a value: a leading space and control characters are escaped. */
export function toKeyFileValue(text: string): string {
  const escaped = text.replace(/[\\\n\t\r]/g, (letter) => {
    const name = Object.keys(ESCAPES).find((candidate) => ESCAPES[candidate] === letter);
    return `\\${name ?? letter}`;
  });
  return escaped.replace(/^ +/, (spaces) => '\\s'.repeat(spaces.length));
}

/** @returns undefined when the value is none of `true`, `false`, `1`, `0` */
export function keyFileBoolean(value: string): boolean | undefined {
  const word = value.trim();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}
