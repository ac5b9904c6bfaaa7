import type { ByteKernels } from './bytes.js';
import { JsonBuilder } from './json.js';
import { Lexer, type TokenKind } from './lexer.js';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.js';
import { PlainReader } from './plain-reader.js';
import type { JsonValue } from './value.js';

/** What came out of the bytes: a whole JSON text, or why one was dropped (the text of an error reply). */
export type Frame =
  { readonly kind: 'message'; readonly value: JsonValue } | { readonly kind: 'broken'; readonly reason: string };

/**
 * Cuts a byte stream into JSON texts in QEMU's dialect, which needs no separators between them. A broken text yields exactly
 * one 'broken' frame, at the place where it breaks, and its rest is skipped:
 * - while tokens can be told apart, up to the bracket that closes it;
 * - after a byte that fits no token, see Lexer.skipBroken;
 * - in both cases an opening brace at the start of a line begins anew, and 0xFF ends it at once.
 */
export class Framer {
  readonly #lexer: Lexer;
  readonly #limits: MessageLimits;
  readonly #builder: JsonBuilder;
  readonly #reader: PlainReader;
  #mode: 'reading' | 'skipping tokens' | 'skipping bytes' = 'reading';
  /** open brackets of the message being skipped */
  #open = 0;
  #tokens = 0;
  #size = 0;
  #start = { offset: 0, line: 0 };

  /** @param limits a client may take longer messages than an agent: a reply with 48 MiB in base64 is beyond QEMU's own limit */
  constructor(kernels: ByteKernels, limits: MessageLimits = MESSAGE_LIMITS) {
    this.#limits = limits;
    this.#lexer = new Lexer(kernels);
    this.#lexer.budget = limits.size;
    this.#builder = new JsonBuilder(kernels);
    this.#reader = new PlainReader(kernels, limits);
  }

  /**
   * The same as `feed` and `next`, for a loop.
   * @returns the frames that the chunk completes, read as they are asked for; take them all before the next chunk
   */
  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    this.feed(chunk);
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  /** @param chunk is kept in part until the message is dealt with, so it must not be reused; those before are used up */
  feed(chunk: Uint8Array): void {
    this.#lexer.feed(chunk);
  }

  /** The next frame that the bytes complete; undefined when more of them are needed. */
  next(): Frame | undefined {
    const lexer = this.#lexer;
    while (lexer.at < lexer.bytes.length) {
      if (this.#mode === 'skipping bytes') {
        this.#open = lexer.skipBroken(this.#open);
        if (this.#open >= 0) return undefined;
        this.#restart();
      }
      if (this.#tokens === 0 && this.#mode === 'reading') {
        const value = this.#reader.read(lexer);
        if (value !== undefined) return { kind: 'message', value };
      }
      const kind = lexer.next();
      if (kind === 'none') return undefined;
      const frame = this.#mode === 'reading' ? this.#read(kind) : this.#skip(kind);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /** Whether a message has begun and not ended. */
  get midMessage(): boolean {
    return this.#mode === 'reading' && this.#tokens > 0;
  }

  #restart(): void {
    this.#mode = 'reading';
    this.#builder.reset();
    this.#tokens = 0;
    this.#size = 0;
    this.#lexer.budget = this.#limits.size;
    this.#lexer.discard = false;
  }

  #read(kind: TokenKind): Frame | undefined {
    const lexer = this.#lexer;
    if (this.#tokens === 0) this.#start = { offset: lexer.offset, line: lexer.line };
    if (kind === 'stray') return this.#brokenToken(`JSON parse error, stray '${lexer.text}'`);
    if (kind === 'oversize') return this.#brokenToken(this.#exceeded('size', 'JSON token size limit exceeded'));
    this.#tokens += 1;
    this.#size += lexer.size;
    lexer.budget = this.#limits.size - this.#size;
    if (this.#tokens > this.#limits.tokens) return this.#brokenMessage(kind, 'JSON token count limit exceeded');
    if ((kind === '{' || kind === '[') && this.#builder.depth >= this.#limits.nesting) {
      return this.#brokenMessage(kind, this.#exceeded('nesting', 'JSON nesting depth limit exceeded'));
    }
    const outcome = this.#builder.take(kind, lexer);
    if (outcome === 'more') return undefined;
    if (outcome !== 'done') return this.#brokenMessage(kind, `JSON parse error, ${outcome.wrong}`);
    const value = this.#builder.value;
    this.#restart();
    return { kind: 'message', value };
  }

  #exceeded(limit: 'nesting' | 'size', text: string): string {
    const name = this.#limits.names?.[limit];
    return name === undefined ? text : `${text}: ${name} is ${String(this.#limits[limit])}`;
  }

  /** The message breaks inside a token. */
  #brokenToken(text: string): Frame {
    const reason = this.#at() + text;
    this.#open = this.#lexer.interrupted ? 0 : this.#builder.depth;
    this.#mode = 'skipping bytes';
    this.#builder.reset();
    return { kind: 'broken', reason };
  }

  /** The message breaks at a whole token. */
  #brokenMessage(kind: TokenKind, text: string): Frame {
    const reason = this.#at() + text;
    this.#open = this.#builder.depth;
    const first = this.#tokens === 1;
    this.#builder.reset();
    this.#mode = 'skipping tokens';
    this.#lexer.discard = true;
    this.#lexer.budget = Number.MAX_SAFE_INTEGER;
    if (first) this.#restart();
    else this.#skip(kind);
    return { kind: 'broken', reason };
  }

  /** One token of a message that is broken already. */
  #skip(kind: TokenKind): Frame | undefined {
    if (kind === 'stray' || kind === 'oversize') {
      this.#open = this.#lexer.interrupted ? 0 : this.#open;
      this.#mode = 'skipping bytes';
      return undefined;
    }
    if (kind === '{' && this.#lexer.firstOnLine && this.#lexer.line > this.#start.line) {
      this.#restart();
      return this.#read(kind);
    }
    if (kind === '{' || kind === '[') this.#open += 1;
    else if (kind === '}' || kind === ']') this.#open -= 1;
    if (this.#open <= 0) this.#restart();
    return undefined;
  }

  /** Line and column of the last token, counted from 1 within the message. */
  #at(): string {
    const { line, lineStart, offset } = this.#lexer;
    const firstLine = line === this.#start.line;
    return `${String(line - this.#start.line + 1)}:${String(offset - (firstLine ? this.#start.offset : lineStart) + 1)}: `;
  }
}
