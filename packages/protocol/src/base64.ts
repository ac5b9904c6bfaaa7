import { concatBytes } from './bytes.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;
const LF = 0x0a;
const INVALID = 0xff;
const SKIPPED = 0xfe;

const LETTERS = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const VALUES = new Uint8Array(256).fill(INVALID);
LETTERS.forEach((letter, value) => (VALUES[letter] = value));
VALUES[PAD] = 0;
VALUES[LF] = SKIPPED;

/** Base64 in plain JavaScript, for hosts without a faster way. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = left > 2 ? 4 : left + 1;
    for (let i = 0; i < letters; i++) text[to + i] = LETTERS[(group >> (18 - 6 * i)) & 0x3f] ?? PAD;
    to += 4;
  }
  return text;
}

/**
 * Decodes base64 as GLib's lenient decoder does: groups of four letters, where a `=` counts as zero bits and, in the third or
 * fourth place, takes the second or third byte away; line feeds are skipped; an unfinished group is dropped.
 * @returns undefined when a character is neither base64 nor LF
 */
export function decodeBase64(parts: readonly Uint8Array[]): Uint8Array | undefined {
  const text = concatBytes(parts);
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 3);
  let size = 0;
  let group = 0;
  let filled = 0;
  let third = 0;
  for (const letter of text) {
    const value = VALUES[letter] ?? INVALID;
    if (value === SKIPPED) continue;
    if (value === INVALID) return undefined;
    group = (group << 6) | value;
    filled += 1;
    if (filled === 3) third = letter;
    if (filled < 4) continue;
    bytes[size++] = group >> 16;
    if (third !== PAD) bytes[size++] = group >> 8;
    if (letter !== PAD) bytes[size++] = group;
    group = 0;
    filled = 0;
  }
  return bytes.subarray(0, size);
}
