/** How many braces and brackets may be open in a text that `outline` takes. */
export const OUTLINE_DEPTH = 16;
/** Numbers that `outline` writes for a token: its kind, its first byte, the byte behind its last. */
export const OUTLINE_FIELDS = 3;
/** Characters of an integer that a double holds whatever its digits are. */
const SAFE_INTEGER = 15;

// The kinds of tokens: the byte that they begin with; an integer's is the zero, also when it begins with a minus.
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const STRING = 0x22;
export const INTEGER = 0x30;
export const TRUE = 0x74;
export const FALSE = 0x66;
export const NULL = 0x6e;

const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;
const WORDS: Readonly<Record<number, string>> = { [TRUE]: 'true', [FALSE]: 'false', [NULL]: 'null' };

/** What is not plain, or not there yet. As a position it cannot be: behind a token there is at least 1. */
const NOT_PLAIN = 0;

/** ByteKernels.outline in plain JavaScript; see there. */
export function outline(bytes: Uint8Array, from: number, into: Int32Array): number {
  const outliner = new Outliner(bytes, into);
  const start = outliner.skipBlanks(from);
  return bytes[start] === OPEN_BRACE && outliner.takeMembers(start, 0) !== NOT_PLAIN ? outliner.count : 0;
}

/** The methods take the position of something and give the one behind it, or NOT_PLAIN. */
class Outliner {
  count = 0;
  readonly #bytes: Uint8Array;
  readonly #into: Int32Array;

  constructor(bytes: Uint8Array, into: Int32Array) {
    this.#bytes = bytes;
    this.#into = into;
  }

  skipBlanks(from: number): number {
    let at = from;
    for (;;) {
      const byte = this.#bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
      at += 1;
    }
  }

  /** An object or array, by its bracket. */
  takeMembers(start: number, depth: number): number {
    const isObject = this.#bytes[start] === OPEN_BRACE;
    const open = isObject ? OPEN_BRACE : OPEN_BRACKET;
    const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
    if (depth === OUTLINE_DEPTH || !this.#add(open, start, start + 1)) return NOT_PLAIN;
    let at = this.skipBlanks(start + 1);
    for (let first = true; !first || this.#bytes[at] !== close; first = false) {
      at = isObject ? this.#takeMember(at, depth) : this.#takeValue(at, depth);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      at = this.skipBlanks(at);
      if (this.#bytes[at] === close) break;
      if (this.#bytes[at] !== COMMA) return NOT_PLAIN;
      at = this.skipBlanks(at + 1);
    }
    return this.#add(close, at, at + 1) ? at + 1 : NOT_PLAIN;
  }

  #add(kind: number, from: number, to: number): boolean {
    const at = this.count * OUTLINE_FIELDS;
    if (at + OUTLINE_FIELDS > this.#into.length) return false;
    this.#into[at] = kind;
    this.#into[at + 1] = from;
    this.#into[at + 2] = to;
    this.count += 1;
    return true;
  }

  #takeMember(start: number, depth: number): number {
    const at = this.#bytes[start] === STRING ? this.#takeString(start) : NOT_PLAIN;
    const colon = at === NOT_PLAIN ? at : this.skipBlanks(at);
    return colon !== NOT_PLAIN && this.#bytes[colon] === COLON
      ? this.#takeValue(this.skipBlanks(colon + 1), depth)
      : NOT_PLAIN;
  }

  #takeValue(at: number, depth: number): number {
    const byte = this.#bytes[at] ?? 0;
    if (byte === STRING) return this.#takeString(at);
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return this.takeMembers(at, depth + 1);
    const word = WORDS[byte];
    return word === undefined ? this.#takeInteger(at) : this.#takeWord(at, word);
  }

  #takeString(start: number): number {
    for (let at = start + 1; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === STRING) return this.#add(STRING, start + 1, at) ? at + 1 : NOT_PLAIN;
      if (byte < 0x20 || byte >= 0x80 || byte === BACKSLASH) return NOT_PLAIN;
    }
    return NOT_PLAIN;
  }

  #takeWord(start: number, word: string): number {
    const end = start + word.length;
    for (let at = 0; at < word.length; at++) {
      if (this.#bytes[start + at] !== word.charCodeAt(at)) return NOT_PLAIN;
    }
    return this.#add(word.charCodeAt(0), start, end) ? end : NOT_PLAIN;
  }

  /** What goes on as a fraction or exponent fails at what follows: no comma, no bracket. */
  #takeInteger(start: number): number {
    const first = start + (this.#bytes[start] === MINUS ? 1 : 0);
    let at = first;
    while (isDigit(this.#bytes[at])) at += 1;
    const leadingZero = this.#bytes[first] === INTEGER && at > first + 1;
    if (at === first || leadingZero || at - start > SAFE_INTEGER) return NOT_PLAIN;
    return this.#add(INTEGER, start, at) ? at : NOT_PLAIN;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
