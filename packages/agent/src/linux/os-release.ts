/** What a backslash takes the meaning from within double quotes, as in a shell. */
const ESCAPED = /\\([$`"'\\])/g;

/**
 * Reads os-release(5): assignments as in a shell, without its expansions. A line that does not fit is passed over, so that one
 * slip does not hide the rest; of a key given twice the last one counts.
 */
export function parseOsRelease(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const [, key, value] = /^\s*([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquote(value));
  }
  return values;
}

/** A value without its quotes; what follows the closing quote or, without quotes, the first word is not part of it. */
function unquote(value: string): string {
  const [, double] = /^"((?:[^"\\]|\\.)*)/.exec(value) ?? [];
  if (double !== undefined) return double.replace(ESCAPED, '$1');
  const [, single] = /^'([^']*)/.exec(value) ?? [];
  if (single !== undefined) return single;
  return /^[^ ;]*/.exec(value)?.[0] ?? '';
}
