import { isAscii, isUtf8 } from 'node:buffer';
import { decodeBase64 } from '../base64.js';
import { concatBytes, type ByteKernels } from '../bytes.js';
import { outline } from '../outline.js';
import { decodeModifiedUtf8 } from '../utf8.js';

/** Below this many bytes a loop is faster than making a string and searching it. */
const SHORT = 96;
const AFTER_STRING_DOUBLE = /[\x00-\x1f"\\\xfe\xff]/;
const AFTER_STRING_SINGLE = /[\x00-\x1f'\\\xfe\xff]/;
const DOUBLE_QUOTE = 0x22;
/** Unicode's noncharacters, which QEMU refuses and isUtf8 takes. */
const NONCHARACTER =
  /[\uFDD0-\uFDEF\uFFFE\uFFFF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]/;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function stringEnd(bytes: Uint8Array, from: number, to: number, quote: number): number {
  const near = Math.min(to, from + SHORT);
  for (let at = from; at < near; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === quote || byte === 0x5c || byte >= 0xfe) return at;
  }
  if (near === to) return to;
  const rest = asBuffer(bytes).toString('latin1', near, to);
  const found = rest.search(quote === DOUBLE_QUOTE ? AFTER_STRING_DOUBLE : AFTER_STRING_SINGLE);
  return found < 0 ? to : near + found;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return decodeModifiedUtf8(bytes);
  const text = asBuffer(bytes).toString('utf8');
  return NONCHARACTER.test(text) ? undefined : text;
}

/**
 * Node's decoder skips what is not base64, so its result counts only when it is as long as well-formed text of that length
 * gives; everything else goes the slow and exact way.
 */
function decodeFast(parts: readonly Uint8Array[]): Uint8Array | undefined {
  const whole = asBuffer(concatBytes(parts)).toString('latin1');
  const text = whole.includes('\n') ? whole.replaceAll('\n', '') : whole;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return decodeBase64(parts);
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : decodeBase64(parts);
}

/** The byte kernels over Node's buffers, which are native code. */
export const nodeKernels: ByteKernels = {
  stringEnd,
  outline,
  isAscii,
  asciiToText: (bytes, from, to) => asBuffer(bytes).toString('latin1', from, to),
  textToAscii: (text) => Buffer.from(text, 'latin1'),
  decodeUtf8,
  encodeBase64: (bytes) => Buffer.from(asBuffer(bytes).toString('base64'), 'latin1'),
  decodeBase64: decodeFast,
};
