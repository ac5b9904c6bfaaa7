/**
 * The work on single bytes that a host does best natively. Everything else in this package calls it through this interface,
 * so that no payload is walked byte by byte in JavaScript where the host can help.
 */
export interface ByteKernels {
  /**
   * Finds the end of a run of ordinary characters in a JSON string.
   * @returns the first index in [from, to) of a byte below 0x20, a backslash, `quote`, 0xFE or 0xFF; `to` when there is none
   */
  stringEnd(bytes: Uint8Array, from: number, to: number, quote: number): number;
  /**
   * Outlines the JSON object that begins at `from`, after white space, when it is there to its end and plain: strings in double
   * quotes, of bytes from 0x20 to 0x7F without a backslash; integers of at most 15 characters; at most 16 braces and brackets
   * open at a time. Keys may be there twice.
   * @param into gets OUTLINE_FIELDS numbers a token, commas and colons left out: the kind, the first byte and the one
   *   behind the last, of strings without the quotes
   * @returns the number of tokens; 0 when the text is anything else, or has more tokens than there is room for
   */
  outline(bytes: Uint8Array, from: number, into: Int32Array): number;
  /** Tells whether every byte is below 0x80. */
  isAscii(bytes: Uint8Array): boolean;
  /** Text of the bytes in [from, to), by default of all; they are all below 0x80. */
  asciiToText(bytes: Uint8Array, from?: number, to?: number): string;
  /** Bytes of a text whose characters are all below 0x80. */
  textToAscii(text: string): Uint8Array;
  /**
   * Decodes QEMU's UTF-8: C0 80 is U+0000; overlong forms, surrogates and noncharacters are refused.
   * @returns undefined when the bytes are not valid
   */
  decodeUtf8(bytes: Uint8Array): string | undefined;
  /** Base64 text (ASCII bytes, padded, no line breaks) of the bytes. */
  encodeBase64(bytes: Uint8Array): Uint8Array;
  /**
   * Decodes base64 as GLib does after QEMU's check: A-Z a-z 0-9 + / = and LF are allowed, an unfinished group at the end is
   * dropped, padding may stand in the middle.
   * @param parts ASCII bytes, in order
   * @returns undefined when another character is there
   */
  decodeBase64(parts: readonly Uint8Array[]): Uint8Array | undefined;
}

/** Joins byte arrays; a single one is returned as it is, not copied. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
