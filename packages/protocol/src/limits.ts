/** How large a message may be; see MESSAGE_LIMITS. */
export interface MessageLimits {
  readonly nesting: number;
  readonly size: number;
  readonly tokens: number;
  /** what errors call a limit besides QEMU's words, where that would help */
  readonly names?: { readonly nesting?: string; readonly size?: string };
}

/** What QEMU's reader allows a message; a longer one is refused with QEMU's words, and the reader is in step again after it. */
export const MESSAGE_LIMITS = {
  /** open braces and brackets */
  nesting: 1024,
  /** bytes of all tokens of one message; white space is not counted */
  size: 67_108_863,
  tokens: 2_097_152,
  /** characters of one number or keyword: no value needs more, and the engine keeps them as text */
  word: 4096,
} as const;

/** A string of more ASCII characters than this stays in its bytes: it is a payload, and most payloads are base64. */
export const LONG_STRING = 1024;

/** How many bytes of a broken token an error quotes. */
export const QUOTED_BYTES = 128;
