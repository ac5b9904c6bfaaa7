import { definesOf } from './condition.js';
import type { Condition } from './condition.js';
import { typeText } from './schema.js';
import type { Entity, Schema, Type } from './schema.js';
import { Scope } from './source.js';
import type { Position, Source } from './source.js';

/** How a value is held in TypeScript where the schema's type does not say it. */
export type Form = 'base64' | 'bigint';

/** A kind of build: for the lists of where a command exists. */
export interface Platform {
  readonly name: string;
  /** The names that `if` conditions may ask for, as far as they are true there. */
  readonly defines: ReadonlySet<string>;
}

/** What exceptions.json adds to the schema. */
export interface Exceptions {
  /** Key: `Definition.member`, or `command.return`. */
  readonly forms: ReadonlyMap<string, Form>;
  readonly platforms: readonly Platform[];
}

const FORM_TYPES: Readonly<Record<Form, readonly string[]>> = {
  base64: ['str'],
  bigint: ['int', 'int64', 'uint64', 'size'],
};

/** Reads exceptions.json and holds it against the schema. Throws SchemaError if it names what does not exist or fit. */
export function readExceptions(source: Source, schema: Schema): Exceptions {
  const reader = new Reader(source, schema);
  const exceptions = { forms: reader.forms(), platforms: reader.platforms() };
  const known = new Set(exceptions.platforms.flatMap((platform) => [...platform.defines]));
  for (const entity of schema.definitions) {
    const unknown = conditionsOf(entity)
      .flatMap(definesOf)
      .find((name) => !known.has(name));
    if (unknown === undefined) continue;
    throw entity.scope.error(entity.position, `'if' asks for ${unknown}, which no platform in ${source.name} has`);
  }
  return exceptions;
}

class Reader {
  private readonly source: Source;
  private readonly schema: Schema;
  private readonly scope = new Scope([]);
  private readonly root: unknown;

  constructor(source: Source, schema: Schema) {
    this.source = source;
    this.schema = schema;
    this.root = JSON.parse(source.text);
  }

  forms(): Map<string, Form> {
    const forms = new Map<string, Form>();
    for (const form of ['base64', 'bigint'] as const) {
      for (const entry of this.list(form)) {
        const field = this.text(entry, 'field');
        this.text(entry, 'reason');
        this.checkField(field, form);
        forms.set(field, form);
      }
    }
    return forms;
  }

  platforms(): Platform[] {
    return this.list('platforms').map((entry) => {
      this.text(entry, 'reason');
      const defines: unknown = property(entry, 'defines');
      if (!Array.isArray(defines)) throw this.error('platforms', "a platform needs a list 'defines'");
      return { name: this.text(entry, 'name'), defines: new Set(defines.map(String)) };
    });
  }

  private checkField(field: string, form: Form): void {
    const type = fieldType(this.schema, field);
    if (type === undefined) throw this.error(field, `'${field}' does not exist in the schema`);
    if (FORM_TYPES[form].includes(typeText(type))) return;
    throw this.error(field, `'${field}' is of type ${typeText(type)}, which cannot be ${form}`);
  }

  private list(key: string): unknown[] {
    const list = property(this.root, key);
    if (!Array.isArray(list)) throw this.error(key, `list '${key}' is missing`);
    return list;
  }

  private text(entry: unknown, key: string): string {
    const text = property(entry, key);
    if (typeof text === 'string' && text !== '') return text;
    throw this.error(String(property(entry, 'field')), `an entry has no '${key}'`);
  }

  private error(needle: string, reason: string) {
    return this.scope.error(this.positionOf(needle), reason);
  }

  /** JSON.parse keeps no positions; the entry's own text finds it again. */
  private positionOf(needle: string): Position {
    return this.source.positionAt(Math.max(0, this.source.text.indexOf(`"${needle}"`)));
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function fieldType(schema: Schema, field: string): Type | undefined {
  const dot = field.indexOf('.');
  const entity = schema.definitions.find((one) => one.name === field.slice(0, dot));
  const name = field.slice(dot + 1);
  if (entity?.kind === 'command' && name === 'return') return entity.returns;
  return membersOf(entity).find((member) => member.name === name && member.owner === entity?.name)?.type;
}

function membersOf(entity: Entity | undefined) {
  if (entity?.kind === 'struct' || entity?.kind === 'union') return entity.members;
  return entity?.kind === 'command' || entity?.kind === 'event' ? entity.arguments : [];
}

function conditionsOf(entity: Entity): (Condition | undefined)[] {
  const values = entity.kind === 'enum' ? entity.values : [];
  const branches = entity.kind === 'alternate' || entity.kind === 'union' ? entity.branches : [];
  return [entity, ...membersOf(entity), ...values, ...branches].map((part) => part.condition);
}
