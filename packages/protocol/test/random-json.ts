/** A number in [0, 1). */
type Random = () => number;

function pick<T>(next: Random, from: readonly T[]): T {
  return from[Math.floor(next() * from.length)] as T;
}

const STRINGS = ['', 'a', 'guest-ping', 'execute', 'arguments', 'id', 'x'.repeat(40), 'QUJD'.repeat(300), '/bin/sh -c'];
/** What the reader of plain messages must leave to others. */
const ODD_STRINGS = ['\\n', '\\u00e9', '\\ud83d\\ude00', '\xc3\xa9', '\x7f', '\xc0\x80', '\\q', '\xff', '\n', "'"];
const NUMBERS = ['0', '-0', '7', '-12', '123456789012345', '-12345678901234', '1000'];
const ODD_NUMBERS = [
  '1.0',
  '1e3',
  '01',
  '-',
  '1234567890123456',
  '18446744073709551616',
  '1E',
  '0.',
  '-123456789012345',
];
const WORDS = ['true', 'false', 'null'];
const ODD_WORDS = ['nul', 'truex', 'None', 'True', ''];
const BLANKS = ['', '', '', ' ', '\n', '\t', '\r\n', '\x0b'];

function scalar(next: Random, odd: boolean): string {
  const kind = next();
  if (kind < 0.5) return `"${pick(next, odd ? ODD_STRINGS : STRINGS)}"`;
  if (kind < 0.8) return pick(next, odd ? ODD_NUMBERS : NUMBERS);
  return pick(next, odd ? ODD_WORDS : WORDS);
}

function value(next: Random, depth: number, oddness: number): string {
  const blank = (): string => pick(next, BLANKS.slice(0, next() < oddness ? BLANKS.length : -1));
  const kind = next();
  if (depth > 3 || kind < 0.4) return blank() + scalar(next, next() < oddness) + blank();
  const count = Math.floor(next() * 4);
  const items = Array.from({ length: count }, () => value(next, depth + 1, oddness));
  if (kind < 0.6) return `${blank()}[${items.join(',')}]${blank()}`;
  return `${blank()}{${items.map((item) => `${blank()}"${pick(next, STRINGS)}"${blank()}:${item}`).join(',')}}${blank()}`;
}

/** Some objects in a row: half of the texts are plain JSON, the others have a little of what is not. */
export function randomText(next: Random): string {
  const oddness = next() < 0.5 ? 0 : 0.1;
  const depth = next() < 0.05 ? Math.floor(next() * 20) : 0;
  const objects = Array.from({ length: 1 + Math.floor(next() * 3) }, () => `{"id":${value(next, 0, oddness)}}`);
  return '{"a":'.repeat(depth) + objects.join(pick(next, ['', '\n', ' '])) + '}'.repeat(depth);
}

/** The bytes with one to three of them changed, removed or added. */
export function mutated(input: Uint8Array, next: Random): Uint8Array {
  const alphabet = Buffer.from('{}[]:,"\'\\ \n0123eE.-+tfnux\x00\x1f\x7f\x80\xc3\xa9\xfe\xffaZ', 'latin1');
  const changed = Array.from(input);
  for (let left = 1 + Math.floor(next() * 3); left > 0; left--) {
    const at = Math.floor(next() * changed.length);
    const kind = next();
    const added = kind < 0.3 ? [] : [alphabet[Math.floor(next() * alphabet.length)] ?? 0];
    changed.splice(at, kind < 0.7 ? 1 : 0, ...added);
  }
  return Uint8Array.from(changed);
}
