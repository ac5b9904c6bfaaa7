import type { ByteKernels } from './bytes.js';
import type { Lexer, TokenKind } from './lexer.js';
import { parseNumber } from './number.js';
import { BadText, readText } from './text.js';
import { JsonDouble, type AsciiText, type JsonObject, type JsonValue } from './value.js';

/** What may come next, and what QEMU says when something else does. */
const EXPECTED = {
  value: 'expecting value',
  'value or ]': 'expecting value',
  key: 'expecting key',
  'key or }': 'expecting key',
  ':': "expecting ':'",
  ', or }': "expected ',' or '}'",
  ', or ]': "expected ',' or ']'",
} as const;

type Expectation = keyof typeof EXPECTED;

type Container = { readonly members: JsonObject; key: string } | { readonly elements: JsonValue[] };

const LITERALS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Builds one JSON value from tokens, without recursion. */
export class JsonBuilder {
  /** the value, once `take` returned 'done' */
  value: JsonValue = null;
  readonly #kernels: ByteKernels;
  #stack: Container[] = [];
  #expected: Expectation = 'value';

  constructor(kernels: ByteKernels) {
    this.#kernels = kernels;
  }

  /** how many braces and brackets are open */
  get depth(): number {
    return this.#stack.length;
  }

  reset(): void {
    this.#stack = [];
    this.#expected = 'value';
    this.value = null;
  }

  /**
   * Takes the token that the lexer holds.
   * @returns 'more' or 'done', or what is wrong with the token, to be said after «JSON parse error, »
   */
  take(kind: TokenKind, lexer: Lexer): 'more' | 'done' | { readonly wrong: string } {
    switch (this.#expected) {
      case 'value':
      case 'value or ]':
        return this.#takeValue(kind, lexer);
      case 'key':
      case 'key or }':
        return this.#takeKey(kind, lexer);
      case ':':
        if (kind !== ':') return this.#wrong();
        this.#expected = 'value';
        return 'more';
      case ', or }':
        if (kind === '}') return this.#close();
        if (kind !== ',') return this.#wrong();
        this.#expected = 'key';
        return 'more';
      case ', or ]':
        if (kind === ']') return this.#close();
        if (kind !== ',') return this.#wrong();
        this.#expected = 'value';
        return 'more';
    }
  }

  #wrong(): { wrong: string } {
    return { wrong: EXPECTED[this.#expected] };
  }

  #takeKey(kind: TokenKind, lexer: Lexer): 'more' | 'done' | { readonly wrong: string } {
    if (kind === '}' && this.#expected === 'key or }') return this.#close();
    const frame = this.#stack.at(-1);
    if (kind !== 'string' || frame === undefined || !('members' in frame)) return this.#wrong();
    const text = this.#readString(lexer);
    if (typeof text === 'object' && 'wrong' in text) return text;
    const key = typeof text === 'string' ? text : text.parts.map((part) => this.#kernels.asciiToText(part)).join('');
    if (frame.members.has(key)) return { wrong: 'duplicate key' };
    frame.key = key;
    this.#expected = ':';
    return 'more';
  }

  #takeValue(kind: TokenKind, lexer: Lexer): 'more' | 'done' | { readonly wrong: string } {
    switch (kind) {
      case '{':
        this.#stack.push({ members: new Map(), key: '' });
        this.#expected = 'key or }';
        return 'more';
      case '[':
        this.#stack.push({ elements: [] });
        this.#expected = 'value or ]';
        return 'more';
      case ']':
        return this.#expected === 'value or ]' ? this.#close() : this.#wrong();
      case 'string': {
        const text = this.#readString(lexer);
        return typeof text === 'object' && 'wrong' in text ? text : this.#add(text);
      }
      case 'number': {
        const number = parseNumber(lexer.text);
        const infinite = number instanceof JsonDouble && !Number.isFinite(number.value);
        return infinite ? { wrong: `number ${lexer.text.slice(0, 32)} is too large` } : this.#add(number);
      }
      case 'keyword': {
        const literal = LITERALS.get(lexer.text);
        return literal === undefined ? { wrong: `invalid keyword '${lexer.text}'` } : this.#add(literal);
      }
      default:
        return this.#wrong();
    }
  }

  #readString(lexer: Lexer): string | AsciiText | { readonly wrong: string } {
    try {
      return readText(this.#kernels, lexer.raw, lexer.escaped, String.fromCharCode(lexer.quote));
    } catch (error) {
      if (error instanceof BadText) return { wrong: error.message };
      throw error;
    }
  }

  #close(): 'more' | 'done' {
    const frame = this.#stack.pop();
    return this.#add(frame === undefined ? null : 'members' in frame ? frame.members : frame.elements);
  }

  /** Puts a finished value where it belongs. */
  #add(value: JsonValue): 'more' | 'done' {
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      this.value = value;
      return 'done';
    }
    if ('members' in frame) {
      frame.members.set(frame.key, value);
      this.#expected = ', or }';
    } else {
      frame.elements.push(value);
      this.#expected = ', or ]';
    }
    return 'more';
  }
}
