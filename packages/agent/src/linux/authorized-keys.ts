/*
 * The text of an authorized_keys file, as sshd(8) reads it. Characters are the file's bytes: what other programs wrote into it
 * stays as it is, UTF-8 or not.
 */

/** The lines of a file; its last line feed begins no line. */
export function keyLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The keys, without comments and empty lines, last one first. */
export function listKeys(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .reverse();
}

/** The lines with these keys behind, save for those that are there as a whole line. */
export function addKeys(lines: readonly string[], keys: readonly string[]): string[] {
  const present = new Set(lines);
  const result = [...lines];
  for (const key of keys) {
    if (present.has(key)) continue;
    present.add(key);
    result.push(key);
  }
  return result;
}

/** The lines without those that are one of the keys. */
export function removeKeys(lines: readonly string[], keys: readonly string[]): string[] {
  const unwanted = new Set(keys);
  return lines.filter((line) => !unwanted.has(line));
}

/** A file of these lines: each ended, so that the next one to add a line does not spoil the last. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
