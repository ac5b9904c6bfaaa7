import type { Position, Scope, Source } from './source.js';

/** One line of a documentation block without its `# `; `position` is where the text begins. */
export interface DocLine {
  readonly text: string;
  readonly position: Position;
}

const PUNCTUATION = ['{', '}', '[', ']', ',', ':'] as const;
/** The characters that are tokens by themselves. */
export type Punctuation = (typeof PUNCTUATION)[number];

/** A token with its value; `position` is where it begins. */
export type Token =
  | { readonly kind: Punctuation; readonly position: Position }
  | { readonly kind: 'string'; readonly position: Position; readonly value: string }
  | { readonly kind: 'bool'; readonly position: Position; readonly value: boolean }
  | { readonly kind: 'doc'; readonly position: Position; readonly lines: readonly DocLine[] }
  | { readonly kind: 'end'; readonly position: Position };

/**
 * Cuts a file into tokens; comments vanish, documentation blocks (`##` to `##`) become one token each.
 */
export class Lexer {
  private readonly source: Source;
  private readonly text: string;
  private scope: Scope;
  private offset = 0;

  constructor(source: Source, scope: Scope) {
    this.source = source;
    this.text = source.text;
    this.scope = scope;
  }

  /** The next token, at last `end`. Throws SchemaError, out of `scope`, for anything that is not QAPI text. */
  next(scope: Scope): Token {
    this.scope = scope;
    this.skipSpaceAndComments();
    const position = this.here();
    const char = this.text[this.offset];
    if (char === undefined) return { kind: 'end', position };
    if (char === '#') return { kind: 'doc', position, lines: this.docLines() };
    if (char === "'") return { kind: 'string', position, value: this.string() };
    const punctuation = PUNCTUATION.find((candidate) => candidate === char);
    if (punctuation !== undefined) {
      this.offset += 1;
      return { kind: punctuation, position };
    }
    const word = this.match(/[^\s{}[\],:'#]+/y);
    if (word === 'true' || word === 'false') return { kind: 'bool', position, value: word === 'true' };
    throw this.scope.error(position, `stray ${JSON.stringify(word)}`);
  }

  private here(): Position {
    return this.source.positionAt(this.offset);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.offset += found.length;
    return found;
  }

  private skipSpaceAndComments(): void {
    for (;;) {
      this.match(/\s+/y);
      if (this.text[this.offset] !== '#' || this.atDocStart()) return;
      this.match(/.*/y);
    }
  }

  /** Only at the start of a line: `##` behind code is an ordinary comment. */
  private atDocStart(): boolean {
    return this.text.startsWith('##', this.offset) && (this.offset === 0 || this.text[this.offset - 1] === '\n');
  }

  private string(): string {
    const position = this.here();
    this.offset += 1;
    const value = this.match(/[^'\n]*/y);
    if (this.text[this.offset] !== "'") throw this.scope.error(position, 'string is not closed on its line');
    this.offset += 1;
    // Names are all that strings are for, so neither escapes nor other alphabets are needed.
    if (!/^[ -[\]-~]*$/.test(value)) throw this.scope.error(position, `string has a character that is not allowed`);
    return value;
  }

  private docLines(): DocLine[] {
    const start = this.here();
    if (this.line() !== '##') throw this.scope.error(start, "the line that opens documentation must be '##' alone");
    const lines: DocLine[] = [];
    for (;;) {
      const position = this.here();
      const line = this.line();
      if (line === '##') return lines;
      if (!line.startsWith('#')) throw this.scope.error(start, "documentation is not closed by a line '##'");
      if (line.startsWith('##'))
        throw this.scope.error(position, "the line that closes documentation must be '##' alone");
      if (line !== '#' && line[1] !== ' ') throw this.scope.error(position, "space is missing after '#'");
      lines.push({ text: line.slice(2), position: { ...position, column: Math.min(3, line.length + 1) } });
    }
  }

  private line(): string {
    const line = this.match(/.*/y);
    if (this.offset < this.text.length) this.offset += 1;
    return line.trimEnd();
  }
}
