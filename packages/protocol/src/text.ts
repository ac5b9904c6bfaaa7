import { concatBytes, type ByteKernels } from './bytes.js';
import { LONG_STRING } from './limits.js';
import { isCharacter } from './utf8.js';
import { AsciiText, type JsonString } from './value.js';

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Why a string token has no value; the text continues «JSON parse error, ». */
export class BadText extends Error {}

/**
 * The value of a string token.
 * @param raw what stands between the quotes
 * @param quote the quote, which an error text may have to show
 * @throws BadText on a bad escape or on bytes that are not QEMU's UTF-8
 */
export function readText(
  kernels: ByteKernels,
  raw: readonly Uint8Array[],
  escaped: boolean,
  quote: string,
): JsonString {
  const ascii = raw.every((part) => kernels.isAscii(part));
  if (ascii && !escaped) {
    let length = 0;
    for (const part of raw) length += part.length;
    if (length > LONG_STRING) return new AsciiText(raw, length);
  }
  const bytes = concatBytes(raw);
  const text = ascii ? kernels.asciiToText(bytes) : kernels.decodeUtf8(bytes);
  if (text === undefined) throw new BadText('invalid UTF-8 sequence in string');
  return escaped ? resolveEscapes(text, quote) : text;
}

function resolveEscapes(text: string, quote: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (;;) {
    const at = text.indexOf('\\', from);
    if (at < 0) break;
    pieces.push(text.slice(from, at));
    const letter = text[at + 1] ?? '';
    if (letter === 'u') {
      const { character, length } = unicodeEscape(text, at, quote);
      pieces.push(character);
      from = at + length;
    } else {
      const character = SHORT_ESCAPES[letter];
      if (character === undefined) throw new BadText('invalid escape sequence in string');
      pieces.push(character);
      from = at + 2;
    }
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** Four hexadecimal digits of an escape, or -1. */
function hexadecimal(digits: string): number {
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** The character of `\uXXXX` at `at`, or of two of them that form a surrogate pair. */
function unicodeEscape(text: string, at: number, quote: string): { character: string; length: number } {
  const first = hexadecimal(text.slice(at + 2, at + 6));
  if (first >= 0xd800 && first < 0xdc00 && text.startsWith('\\u', at + 6)) {
    const second = hexadecimal(text.slice(at + 8, at + 12));
    if (second >= 0xdc00 && second < 0xe000) {
      const code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
      if (!isCharacter(code)) throw notCharacter(text.slice(at, at + 12));
      return { character: String.fromCodePoint(code), length: 12 };
    }
  }
  if (first < 0 || !isCharacter(first)) throw notCharacter((text + quote).slice(at, at + 6));
  return { character: String.fromCharCode(first), length: 6 };
}

function notCharacter(escape: string): BadText {
  return new BadText(`${escape} is not a valid Unicode character`);
}
