import { ByteCollector } from './byte-collector.js';
import { concatBytes, type ByteKernels } from './bytes.js';
import { BACKSLASH, DOUBLE_QUOTE, INTERRUPT, isBlank, isLetter, LF, SINGLE_QUOTE } from './json-bytes.js';
import { MESSAGE_LIMITS, QUOTED_BYTES } from './limits.js';
import { numberStart, numberStep, type NumberState } from './number-grammar.js';
import { describeBytes } from './utf8.js';

/**
 * What the lexer found. 'none': more bytes are needed. 'stray': a byte that fits no token. 'oversize': the token does not fit
 * into what the message may still hold.
 */
export type TokenKind =
  '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'number' | 'keyword' | 'none' | 'stray' | 'oversize';

const PUNCTUATION: Readonly<Record<number, TokenKind>> = {
  0x7b: '{',
  0x7d: '}',
  0x5b: '[',
  0x5d: ']',
  0x2c: ',',
  0x3a: ':',
};

/**
 * Cuts a stream of bytes into QEMU's JSON tokens. Chunk borders mean nothing: an unfinished token waits for the next chunk.
 * The fields beside `next` describe the token that it returned last.
 */
export class Lexer {
  /** token: characters of a number or keyword, or of a 'stray' one with the byte that broke it */
  text = '';
  /** token 'string': its raw bytes without the quotes, escapes not resolved */
  raw: Uint8Array[] = [];
  /** token 'string': whether there is a backslash in it */
  escaped = false;
  /** token 'string': the quote that it is written in, as a byte */
  quote = DOUBLE_QUOTE;
  /** token: how many bytes it took from the message's size */
  size = 0;
  /** token: offset of its first byte in the stream */
  offset = 0;
  /** token: how many line feeds of the stream come before it */
  line = 0;
  /** token: offset of the first byte of its line */
  lineStart = 0;
  /** token: only white space stands before it on its line */
  firstOnLine = true;

  /** token 'stray': the byte that broke it was 0xFE or 0xFF, which interrupt a message */
  interrupted = false;

  /** How many bytes the next tokens may have; the reader of messages sets it. */
  budget: number = MESSAGE_LIMITS.size;
  /** Set while a broken message is skipped: strings are read but not kept. */
  discard = false;

  // Fields and no accessors: who reads a small message looks at them as often as at its tokens.
  /** The chunk at hand; for others to read. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where in the chunk it goes on; for others to read. */
  at = 0;
  /** The token that is not finished yet; for others to read. */
  inside: 'nothing' | 'string' | 'escape' | 'number' | 'keyword' = 'nothing';

  readonly #kernels: ByteKernels;
  readonly #pending = new ByteCollector();
  #base = 0;
  #number: NumberState = 'minus';
  #blankLine = true;

  constructor(kernels: ByteKernels) {
    this.#kernels = kernels;
  }

  /** Takes the next chunk; the one before must have been read to its end. Slices of it are kept, so it must not be reused. */
  feed(chunk: Uint8Array): void {
    this.#base += this.bytes.length;
    this.bytes = chunk;
    this.at = 0;
  }

  /** Goes on behind a message that was read from `bytes` without the lexer. Its lines do not count: those of a message are its own. */
  passMessage(end: number): void {
    const endsLine = this.bytes[end] === LF;
    this.at = endsLine ? end + 1 : end;
    this.#blankLine = endsLine;
  }

  next(): TokenKind {
    if (this.inside === 'nothing' && !this.#begin()) return 'none';
    switch (this.inside) {
      case 'nothing':
        return this.#punctuation();
      case 'string':
      case 'escape':
        return this.#continueString();
      case 'number':
        return this.#continueNumber();
      case 'keyword':
        return this.#continueKeyword();
    }
  }

  /**
   * Skips the rest of a message that broke inside a token, where strings can no longer be told from the rest. It ends before
   * an opening bracket once as many brackets closed as were open, or when that bracket starts a line; after a line feed once
   * nothing is open; and before 0xFE and 0xFF.
   * @param open brackets of the message that are still open
   * @returns how many are open when the chunk ran out, or -1 when the next token can be read
   */
  skipBroken(open: number): number {
    this.inside = 'nothing';
    let left = open;
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 0;
      const opens = byte === 0x7b || byte === 0x5b;
      if (byte >= INTERRUPT || (opens && (left === 0 || this.#blankLine))) return -1;
      this.at += 1;
      if (opens) left += 1;
      else if ((byte === 0x7d || byte === 0x5d) && left > 0) left -= 1;
      this.#passed(byte);
      if (byte === LF && left === 0) return -1;
    }
    return left;
  }

  #passed(byte: number): void {
    if (byte === LF) {
      this.line += 1;
      this.lineStart = this.#base + this.at;
      this.#blankLine = true;
    } else if (!isBlank(byte)) this.#blankLine = false;
  }

  /** Skips white space and looks at the byte after it; false when the chunk ended. */
  #begin(): boolean {
    const bytes = this.bytes;
    const end = bytes.length;
    for (let at = this.at; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > 0x20) {
        this.at = at;
        this.#open(byte);
        return true;
      }
      if (byte === LF) {
        this.line += 1;
        this.lineStart = this.#base + at + 1;
        this.#blankLine = true;
      } else if (!isBlank(byte)) {
        this.at = at;
        this.#open(byte);
        return true;
      }
    }
    this.at = end;
    return false;
  }

  #open(byte: number): void {
    this.offset = this.#base + this.at;
    this.firstOnLine = this.#blankLine;
    this.#blankLine = false;
    this.text = '';
    this.size = 0;
    this.interrupted = false;
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      this.inside = 'string';
      this.quote = byte;
      this.escaped = false;
      this.at += 1;
    } else if (isLetter(byte)) this.inside = 'keyword';
    else if (PUNCTUATION[byte] === undefined) this.#openNumber(byte);
  }

  #openNumber(byte: number): void {
    const number = numberStart(byte);
    if (number === undefined) return;
    this.inside = 'number';
    this.#number = number;
    this.text = String.fromCharCode(byte);
    this.at += 1;
  }

  #punctuation(): TokenKind {
    const byte = this.bytes[this.at] ?? 0;
    const kind = PUNCTUATION[byte];
    this.size = 1;
    if (kind === undefined) return this.#stray([]);
    this.at += 1;
    return this.size > this.budget ? 'oversize' : kind;
  }

  /** The token broke at the current byte, which is quoted with it, and taken only where it cannot mean anything else. */
  #stray(before: readonly Uint8Array[]): TokenKind {
    const offending = this.bytes.subarray(this.at, this.at + 1);
    const gap = this.#pending.length > QUOTED_BYTES ? '...' : '';
    this.text = describeBytes(concatBytes(before)) + gap + describeBytes(offending);
    this.#pending.take();
    this.inside = 'nothing';
    const byte = offending[0] ?? 0;
    this.interrupted = byte >= INTERRUPT;
    if (PUNCTUATION[byte] === undefined && byte !== LF) this.at += 1;
    return 'stray';
  }

  #continueNumber(): TokenKind {
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 0;
      const state = numberStep(this.#number, byte);
      if (state === 'stray') return this.#stray([this.#kernels.textToAscii(this.text)]);
      if (state === 'end') return this.#finishWord('number');
      this.#number = state;
      if (!this.#takeLetter(byte)) return 'oversize';
    }
    return 'none';
  }

  #continueKeyword(): TokenKind {
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 0;
      if (!isLetter(byte)) return this.#finishWord('keyword');
      if (!this.#takeLetter(byte)) return 'oversize';
    }
    return 'none';
  }

  #takeLetter(byte: number): boolean {
    if (this.text.length >= Math.min(this.budget, MESSAGE_LIMITS.word)) {
      this.inside = 'nothing';
      return false;
    }
    this.text += String.fromCharCode(byte);
    this.at += 1;
    return true;
  }

  #finishWord(kind: TokenKind): TokenKind {
    this.inside = 'nothing';
    this.size = this.text.length;
    return kind;
  }

  #continueString(): TokenKind {
    const bytes = this.bytes;
    const start = this.at;
    while (this.at < bytes.length) {
      if (this.inside === 'escape') {
        const byte = bytes[this.at] ?? 0;
        if (byte < 0x20 || byte >= INTERRUPT) return this.#strayString(start);
        this.at += 1;
        this.inside = 'string';
        continue;
      }
      this.at = this.#kernels.stringEnd(bytes, this.at, bytes.length, this.quote);
      if (this.at === bytes.length) break;
      const byte = bytes[this.at] ?? 0;
      if (byte === this.quote) return this.#finishString(start);
      if (byte !== BACKSLASH) return this.#strayString(start);
      this.escaped = true;
      this.inside = 'escape';
      this.at += 1;
    }
    return this.#keep(start) ? 'none' : 'oversize';
  }

  /** Keeps the bytes from `start` to here for the string at hand; false when the message has no room for them. */
  #keep(start: number): boolean {
    const piece = this.bytes.subarray(start, this.at);
    if (!this.#hasRoom(piece.length)) return false;
    this.size += piece.length;
    if (!this.discard && piece.length > 0) this.#pending.append(piece);
    return true;
  }

  /** Whether there is room for so many more bytes of the string at hand; else it is given up. */
  #hasRoom(bytes: number): boolean {
    if (this.size + bytes + 2 <= this.budget) return true;
    this.#pending.take();
    this.inside = 'nothing';
    return false;
  }

  #finishString(start: number): TokenKind {
    const piece = this.bytes.subarray(start, this.at);
    this.at += 1;
    this.inside = 'nothing';
    this.size += piece.length + 2;
    if (this.#pending.length > 0) {
      this.#pending.append(piece);
      this.raw = this.#pending.take();
    } else this.raw = [piece];
    return this.size > this.budget ? 'oversize' : 'string';
  }

  #strayString(start: number): TokenKind {
    if (!this.#hasRoom(this.at - start)) return 'oversize'; // as when a chunk ends before the byte
    this.#pending.append(this.bytes.subarray(start, Math.min(this.at, start + QUOTED_BYTES + 1)));
    return this.#stray([Uint8Array.of(this.quote), ...this.#pending.head(QUOTED_BYTES)]);
  }
}
