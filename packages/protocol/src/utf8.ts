/** Smallest code point that a sequence of this many bytes may encode; less is an overlong form. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Tells whether QEMU takes the code point for a character: no surrogate, no noncharacter. */
export function isCharacter(code: number): boolean {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  return (code & 0xfffe) !== 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef);
}

/**
 * Decodes one sequence of modified UTF-8.
 * @returns the code point, or -1 when the bytes at `at` are no valid sequence
 */
function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at] ?? 0;
  if (length === 1) return lead;
  if (length === 0 || at + length > bytes.length) return -1;
  let code = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const modifiedNul = code === 0 && length === 2;
  const overlong = code < (SMALLEST[length] ?? 0);
  return (overlong && !modifiedNul) || !isCharacter(code) ? -1 : code;
}

/**
 * Decodes UTF-8 as QEMU's JSON does, byte by byte; for hosts without a faster way and for what their way refuses.
 * @returns undefined when the bytes are not valid
 */
export function decodeModifiedUtf8(bytes: Uint8Array): string | undefined {
  const pieces: string[] = [];
  let codes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    const code = codePointAt(bytes, at, length);
    if (code < 0) return undefined;
    codes.push(code);
    at += length;
    if (codes.length === 4096) {
      pieces.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  pieces.push(String.fromCodePoint(...codes));
  return pieces.join('');
}

/**
 * Encodes text as modified UTF-8 (U+0000 as C0 80).
 * @param text a lone surrogate becomes U+FFFD
 */
export function encodeModifiedUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code !== 0 && code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * Shows bytes in an error text as QEMU does: cut at the first NUL, each sequence that is not valid as U+FFFD.
 */
export function describeBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    const code = codePointAt(bytes, at, length);
    if (code === 0) return text;
    text += code < 0 ? '\uFFFD' : String.fromCodePoint(code);
    at += code < 0 ? 1 : length;
  }
  return text;
}
