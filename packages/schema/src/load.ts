import { dirname, join, resolve } from 'node:path';
import type { DocBlock } from './doc.js';
import { parse } from './parser.js';
import type { ObjectValue, Value } from './parser.js';
import { asBool, asList, asObject, asString, checkKeys } from './shape.js';
import { Source } from './source.js';
import type { Position, Scope } from './source.js';

/** What pragmas anywhere in the schema say; they hold for all of it. */
export interface Pragmas {
  docRequired: boolean;
  readonly documentationExceptions: Set<string>;
  readonly memberNameExceptions: Set<string>;
  readonly commandNameExceptions: Set<string>;
  readonly commandReturnsExceptions: Set<string>;
}

/** A top-level object that is neither include nor pragma, with the documentation before it. */
export interface Expression {
  readonly value: ObjectValue;
  readonly doc: DocBlock | undefined;
}

/** All files of a schema as one list, in the order of the text with includes in their place. */
export interface Loaded {
  readonly expressions: readonly Expression[];
  /** Free-form documentation, for headings and introductions. */
  readonly texts: readonly DocBlock[];
  readonly pragmas: Pragmas;
}

/** Returns a file's text or throws. */
export type ReadText = (path: string) => string;

/** Reads the entry file and what it includes, each file once. Throws SchemaError, or what `read` throws for the entry. */
export function load(path: string, read: ReadText, scope: Scope): Loaded {
  const loader = new Loader(read, scope);
  loader.file(new Source(path, read(path)), [resolve(path)]);
  return loader;
}

class Loader implements Loaded {
  readonly expressions: Expression[] = [];
  readonly texts: DocBlock[] = [];
  readonly pragmas: Pragmas = {
    docRequired: false,
    documentationExceptions: new Set(),
    memberNameExceptions: new Set(),
    commandNameExceptions: new Set(),
    commandReturnsExceptions: new Set(),
  };
  private readonly read: ReadText;
  private readonly scope: Scope;
  private readonly seen = new Set<string>();

  constructor(read: ReadText, scope: Scope) {
    this.read = read;
    this.scope = scope;
  }

  /** `chain`: absolute paths from the entry file to this one. */
  file(source: Source, chain: readonly string[]): void {
    for (const path of chain) this.seen.add(path);
    for (const item of parse(source, this.scope)) {
      if (item.kind === 'text') {
        this.texts.push(item.doc);
        continue;
      }
      const include = item.value.fields.get('include');
      const pragma = item.value.fields.get('pragma');
      if (include === undefined && pragma === undefined) {
        this.expressions.push(item);
        continue;
      }
      checkKeys(item.value, [include === undefined ? 'pragma' : 'include'], this.scope);
      if (item.doc !== undefined) this.scope.warn(item.doc.position, 'documentation before an include or pragma');
      if (include !== undefined) this.include(include.value, source, chain);
      if (pragma !== undefined) this.pragma(pragma.value);
    }
  }

  private include(value: Value, source: Source, chain: readonly string[]): void {
    const path = join(dirname(source.name), asString(value, "'include'", this.scope).value);
    const absolute = resolve(path);
    if (chain.includes(absolute)) throw this.scope.error(value.position, `'${path}' includes itself`);
    if (this.seen.has(absolute)) return;
    this.file(new Source(path, this.readIncluded(path, value.position), value.position), [...chain, absolute]);
  }

  private readIncluded(path: string, position: Position): string {
    try {
      return this.read(path);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      throw this.scope.error(position, `cannot read '${path}' (${code})`);
    }
  }

  private pragma(value: Value): void {
    for (const field of asObject(value, "'pragma'", this.scope).fields.values()) {
      if (field.key === 'doc-required') {
        this.pragmas.docRequired = asBool(field.value, "'doc-required'", this.scope);
        continue;
      }
      const names = this.listFor(field.key);
      if (names === undefined) throw this.scope.error(field.position, `unknown pragma '${field.key}'`);
      for (const item of asList(field.value, `'${field.key}'`, this.scope).items) {
        names.add(asString(item, `an entry of '${field.key}'`, this.scope).value);
      }
    }
  }

  private listFor(key: string): Set<string> | undefined {
    if (key === 'documentation-exceptions') return this.pragmas.documentationExceptions;
    if (key === 'member-name-exceptions') return this.pragmas.memberNameExceptions;
    if (key === 'command-name-exceptions') return this.pragmas.commandNameExceptions;
    if (key === 'command-returns-exceptions') return this.pragmas.commandReturnsExceptions;
    return undefined;
  }
}
