import { parseDoc } from './doc.js';
import type { DocBlock } from './doc.js';
import { Lexer } from './lexer.js';
import type { Punctuation, Token } from './lexer.js';
import type { Position, Scope, Source } from './source.js';

/** A value as written, with its position for messages. */
export type Value = StringValue | BoolValue | ListValue | ObjectValue;

/** `'text'` */
export interface StringValue {
  readonly kind: 'string';
  readonly position: Position;
  readonly value: string;
}

/** `true` or `false` */
export interface BoolValue {
  readonly kind: 'bool';
  readonly position: Position;
  readonly value: boolean;
}

/** `[ value, ... ]` */
export interface ListValue {
  readonly kind: 'list';
  readonly position: Position;
  readonly items: readonly Value[];
}

/** `fields` keeps the order of the text. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly position: Position;
  readonly fields: ReadonlyMap<string, Field>;
}

/** `'key': value` */
export interface Field {
  readonly key: string;
  /** Of the key. */
  readonly position: Position;
  readonly value: Value;
}

/** A top-level object with the documentation block before it, or a free-form block by itself. */
export type Item =
  | { readonly kind: 'expression'; readonly value: ObjectValue; readonly doc: DocBlock | undefined }
  | { readonly kind: 'text'; readonly doc: DocBlock };

/** Parses one file. Throws SchemaError; a forgotten comma between members is only a warning. */
export function parse(source: Source, scope: Scope): Item[] {
  return new Parser(new Lexer(source, scope), scope).items();
}

class Parser {
  private readonly lexer: Lexer;
  private readonly fileScope: Scope;
  private scope: Scope;
  private next: Token;

  constructor(lexer: Lexer, scope: Scope) {
    this.lexer = lexer;
    this.fileScope = scope;
    this.scope = scope;
    this.next = lexer.next(scope);
  }

  items(): Item[] {
    const items: Item[] = [];
    let pending: DocBlock | undefined;
    for (;;) {
      const token = this.take();
      if (token.kind === '{') {
        items.push({ kind: 'expression', value: this.object(token.position), doc: pending });
        this.scope = this.fileScope;
        pending = undefined;
        continue;
      }
      this.reportUnused(pending);
      pending = undefined;
      if (token.kind === 'end') return items;
      if (token.kind !== 'doc') throw this.scope.error(token.position, `expected '{', found ${describe(token)}`);
      const doc = parseDoc(token.position, token.lines, this.scope);
      if (doc.name === undefined) items.push({ kind: 'text', doc });
      else pending = doc;
    }
  }

  private reportUnused(doc: DocBlock | undefined): void {
    if (doc !== undefined) this.scope.warn(doc.position, `documentation of '${doc.name}' has no definition after it`);
  }

  private object(position: Position): ObjectValue {
    const fields = new Map<string, Field>();
    if (this.skip('}')) return { kind: 'object', position, fields };
    for (;;) {
      const field = this.field();
      if (fields.has(field.key)) throw this.scope.error(field.position, `duplicate key '${field.key}'`);
      fields.set(field.key, field);
      this.enterDefinition(field);
      if (this.skip('}')) return { kind: 'object', position, fields };
      if (this.skip(',')) continue;
      const next = this.next;
      if (next.kind !== 'string') throw this.scope.error(next.position, `expected ',' or '}', found ${describe(next)}`);
      // The first schemas were read by an evaluator that did not care.
      this.scope.warn(next.position, `',' is missing before '${next.value}'`);
    }
  }

  /** The first key of a top-level object is what tells which definition problems belong to. */
  private enterDefinition({ key, value }: Field): void {
    if (this.scope !== this.fileScope || value.kind !== 'string') return;
    this.scope = this.fileScope.inside(definitionLabel(key, value.value));
  }

  private field(): Field {
    const key = this.take();
    if (key.kind !== 'string') throw this.scope.error(key.position, `expected a key, found ${describe(key)}`);
    const colon = this.take();
    if (colon.kind !== ':') throw this.scope.error(colon.position, `expected ':', found ${describe(colon)}`);
    return { key: key.value, position: key.position, value: this.value() };
  }

  private value(): Value {
    const token = this.take();
    if (token.kind === '{') return this.object(token.position);
    if (token.kind === '[') return this.list(token.position);
    if (token.kind === 'string' || token.kind === 'bool') return token;
    throw this.scope.error(token.position, `expected a value, found ${describe(token)}`);
  }

  private list(position: Position): ListValue {
    const items: Value[] = [];
    if (this.skip(']')) return { kind: 'list', position, items };
    for (;;) {
      items.push(this.value());
      if (this.skip(']')) return { kind: 'list', position, items };
      if (this.skip(',')) continue;
      const next = this.next;
      throw this.scope.error(next.position, `expected ',' or ']', found ${describe(next)}`);
    }
  }

  private take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.next = this.lexer.next(this.scope);
    return token;
  }

  private skip(kind: Punctuation): boolean {
    if (this.next.kind !== kind) return false;
    this.take();
    return true;
  }
}

/** How messages name a definition: «command 'x'». The first schemas said `type` for a struct. */
export function definitionLabel(keyword: string, name: string): string {
  return `${keyword === 'type' ? 'struct' : keyword} '${name}'`;
}

function describe(token: Token): string {
  if (token.kind === 'string') return `the string '${token.value}'`;
  if (token.kind === 'bool') return String(token.value);
  if (token.kind === 'doc') return 'documentation';
  if (token.kind === 'end') return 'the end of the file';
  return `'${token.kind}'`;
}
