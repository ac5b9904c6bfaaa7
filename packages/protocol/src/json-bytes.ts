// Bytes that mean something in JSON.
export const LF = 0x0a;
export const BACKSLASH = 0x5c;
export const DOUBLE_QUOTE = 0x22;
export const SINGLE_QUOTE = 0x27;
/** From here on, bytes that no UTF-8 has: the protocol uses 0xFF to interrupt a message. */
export const INTERRUPT = 0xfe;

/** White space of JSON. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === LF;
}

/** What keywords are made of. */
export function isLetter(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
