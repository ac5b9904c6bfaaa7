import type { ByteKernels } from './bytes.js';
import type { Lexer } from './lexer.js';
import { LONG_STRING, type MessageLimits } from './limits.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  INTEGER,
  NULL,
  OPEN_BRACE,
  OPEN_BRACKET,
  OUTLINE_DEPTH,
  OUTLINE_FIELDS,
  STRING,
  TRUE,
} from './outline.js';
import { AsciiText, type JsonObject, type JsonValue } from './value.js';

/** Tokens of the longest message that is read this way; a request has about ten. */
const TOKENS = 64;
/** A message has at most this many commas and colons for a token that `outline` counts. */
const UNCOUNTED = 1;

/**
 * Reads a message that lies whole in one chunk and is plain (ByteKernels.outline), which is what clients send nearly always:
 * one look at the bytes by a kernel instead of one step of the lexer, the framer and the builder for each token. It takes
 * nothing that they would refuse, and gives what they would give; whatever it does not take is theirs.
 */
export class PlainReader {
  readonly #kernels: ByteKernels;
  readonly #sizeLimit: number;
  readonly #tokens = new Int32Array(TOKENS * OUTLINE_FIELDS);
  #bytes: Uint8Array = new Uint8Array(0);
  /** the token behind the value that was read last */
  #next = 0;

  constructor(kernels: ByteKernels, { size, tokens, nesting }: MessageLimits) {
    this.#kernels = kernels;
    this.#sizeLimit = nesting >= OUTLINE_DEPTH && tokens >= TOKENS * (1 + UNCOUNTED) ? size : 0;
  }

  /**
   * Takes the message that begins where the lexer stands, between two messages.
   * @returns undefined, with nothing taken, when it is not of this kind or not whole
   */
  read(lexer: Lexer): JsonObject | undefined {
    if (lexer.inside !== 'nothing') return undefined;
    const { bytes, at } = lexer;
    const tokens = this.#tokens;
    const count = this.#kernels.outline(bytes, at, tokens);
    if (count === 0) return undefined;
    const end = tokens[count * OUTLINE_FIELDS - 1] ?? 0;
    if (end - at > this.#sizeLimit) return undefined;
    this.#bytes = bytes;
    const value = this.#readMembers(OUTLINE_FIELDS);
    if (value !== undefined) lexer.passMessage(end);
    return value;
  }

  /** The members of an object, from its first key on; undefined when a key is there twice. */
  #readMembers(from: number): JsonObject | undefined {
    const tokens = this.#tokens;
    const bytes = this.#bytes;
    const kernels = this.#kernels;
    const members: JsonObject = new Map();
    let at = from;
    for (let count = 1; tokens[at] !== CLOSE_BRACE; count++) {
      const key = kernels.asciiToText(bytes, tokens[at + 1], tokens[at + 2]);
      const value = this.#readValue(at + OUTLINE_FIELDS);
      if (value === undefined) return undefined;
      members.set(key, value);
      if (members.size !== count) return undefined;
      at = this.#next;
    }
    this.#next = at + OUTLINE_FIELDS;
    return members;
  }

  #readElements(from: number): JsonValue[] | undefined {
    const elements: JsonValue[] = [];
    this.#next = from;
    while (this.#tokens[this.#next] !== CLOSE_BRACKET) {
      const value = this.#readValue(this.#next);
      if (value === undefined) return undefined;
      elements.push(value);
    }
    this.#next += OUTLINE_FIELDS;
    return elements;
  }

  #readValue(at: number): JsonValue | undefined {
    const tokens = this.#tokens;
    const next = at + OUTLINE_FIELDS;
    const kind = tokens[at] ?? NULL;
    const from = tokens[at + 1] ?? 0;
    const to = tokens[at + 2] ?? 0;
    this.#next = next;
    if (kind === STRING) {
      return to - from > LONG_STRING
        ? new AsciiText([this.#bytes.subarray(from, to)], to - from)
        : this.#kernels.asciiToText(this.#bytes, from, to);
    }
    // -0 is 0
    if (kind === INTEGER) return Number(this.#kernels.asciiToText(this.#bytes, from, to)) + 0;
    if (kind === OPEN_BRACE) return this.#readMembers(next);
    if (kind === OPEN_BRACKET) return this.#readElements(next);
    return kind === NULL ? null : kind === TRUE;
  }
}
