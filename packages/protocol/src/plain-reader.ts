import type { ByteKernels } from './bytes.js';
import type { Lexer } from './lexer.js';
import { LONG_STRING, type MessageLimits } from './limits.js';
import { Outline, OUTLINE_DEPTH, OUTLINE_FIELDS } from './outline.js';
import { AsciiText, type JsonObject, type JsonValue } from './value.js';

/** Tokens of the longest message that is read this way; a request has about ten. */
const TOKENS = 64;
/** A message has at most this many commas and colons for a token that `outline` counts. */
const UNCOUNTED = 1;

/**
 * Reads a message that lies whole in one chunk and is plain (ByteKernels.outline), which is what clients send nearly always:
 * one look at the bytes by a kernel instead of one step of the lexer, the framer and the builder for each token. It takes nothing that they would refuse, and gives what they
 * would give; whatever it does not take is theirs.
 */
export class PlainReader {
  readonly #kernels: ByteKernels;
  readonly #sizeLimit: number;
  readonly #tokens = new Int32Array(TOKENS * OUTLINE_FIELDS);
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(kernels: ByteKernels, { size, tokens, nesting }: MessageLimits) {
    this.#kernels = kernels;
    this.#sizeLimit = nesting >= OUTLINE_DEPTH && tokens >= TOKENS * (1 + UNCOUNTED) ? size : 0;
  }

  /**
   * Takes the message that begins where the lexer stands, between two messages.
   * @returns undefined, with nothing taken, when it is not of this kind or not whole
   */
  read(lexer: Lexer): JsonObject | undefined {
    const start = lexer.position;
    if (start < 0) return undefined;
    this.#bytes = lexer.bytes;
    const tokens = this.#tokens;
    const count = this.#kernels.outline(this.#bytes, start, tokens);
    if (count === 0) return undefined;
    const end = tokens[count * OUTLINE_FIELDS - 1] ?? 0;
    if (end - start > this.#sizeLimit) return undefined;
    this.#at = OUTLINE_FIELDS;
    const value = this.#readMembers();
    if (value !== undefined) lexer.passMessage(end);
    return value;
  }

  /** The members of an object whose brace was read, with its end; undefined when a key is there twice. */
  #readMembers(): JsonObject | undefined {
    const tokens = this.#tokens;
    const members: JsonObject = new Map();
    for (let count = 1; tokens[this.#at] !== Outline.closeBrace; count++) {
      const key = this.#kernels.asciiToText(this.#bytes, tokens[this.#at + 1], tokens[this.#at + 2]);
      this.#at += OUTLINE_FIELDS;
      const value = this.#readValue();
      if (value === undefined) return undefined;
      members.set(key, value);
      if (members.size !== count) return undefined;
    }
    this.#at += OUTLINE_FIELDS;
    return members;
  }

  #readElements(): JsonValue[] | undefined {
    const elements: JsonValue[] = [];
    while (this.#tokens[this.#at] !== Outline.closeBracket) {
      const value = this.#readValue();
      if (value === undefined) return undefined;
      elements.push(value);
    }
    this.#at += OUTLINE_FIELDS;
    return elements;
  }

  #readValue(): JsonValue | undefined {
    const at = this.#at;
    this.#at = at + OUTLINE_FIELDS;
    const from = this.#tokens[at + 1] ?? 0;
    const to = this.#tokens[at + 2] ?? 0;
    switch (this.#tokens[at]) {
      case Outline.string:
        return to - from > LONG_STRING
          ? new AsciiText([this.#bytes.subarray(from, to)], to - from)
          : this.#kernels.asciiToText(this.#bytes, from, to);
      case Outline.integer:
        // -0 is 0
        return Number(this.#kernels.asciiToText(this.#bytes, from, to)) + 0;
      case Outline.openBrace:
        return this.#readMembers();
      case Outline.openBracket:
        return this.#readElements();
      case Outline.true:
        return true;
      case Outline.false:
        return false;
      default:
        return null;
    }
  }
}
