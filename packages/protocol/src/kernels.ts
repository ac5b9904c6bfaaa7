import { decodeBase64, encodeBase64 } from './base64.js';
import type { ByteKernels } from './bytes.js';
import { outline } from './outline.js';
import { decodeModifiedUtf8 } from './utf8.js';

/** How many characters String.fromCharCode takes in one call without risk for the stack. */
const CHARACTERS_A_CALL = 4096;

function asciiToText(whole: Uint8Array, from = 0, to = whole.length): string {
  const bytes = whole.subarray(from, to);
  if (bytes.length <= CHARACTERS_A_CALL) return String.fromCharCode(...bytes);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += CHARACTERS_A_CALL) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + CHARACTERS_A_CALL)));
  }
  return pieces.join('');
}

/** The kernels in plain JavaScript: right everywhere, fast nowhere. A host replaces what it does better. */
export const plainKernels: ByteKernels = {
  stringEnd(bytes, from, to, quote) {
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte < 0x20 || byte === quote || byte === 0x5c || byte >= 0xfe) return at;
    }
    return to;
  },
  outline,
  isAscii: (bytes) => bytes.every((byte) => byte < 0x80),
  asciiToText,
  textToAscii: (text) => Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
  decodeUtf8: decodeModifiedUtf8,
  encodeBase64,
  decodeBase64,
};
