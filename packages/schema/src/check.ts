import { parseCondition } from './condition.js';
import type { Condition } from './condition.js';
import type { Definition } from './definition.js';
import type { Expression, Loaded, Pragmas } from './load.js';
import { MemberChecker } from './members.js';
import { checkCommandName, checkEventName, checkTypeName } from './names.js';
import { definitionLabel } from './parser.js';
import type { ObjectValue } from './parser.js';
import { asList, asObject, asString, checkKeys, flag, need } from './shape.js';
import type { Scope } from './source.js';

const KINDS = ['struct', 'type', 'enum', 'alternate', 'union', 'command', 'event'] as const;
type Keyword = (typeof KINDS)[number];

/** Checks the form of every expression: keys, kinds of values, names. Throws SchemaError at the first mistake. */
export function check(loaded: Loaded, scope: Scope): Definition[] {
  return loaded.expressions.map((expression) => new Checker(expression, loaded.pragmas, scope).definition());
}

class Checker {
  private readonly value: ObjectValue;
  private readonly doc: Expression['doc'];
  private readonly pragmas: Pragmas;
  private readonly keyword: Keyword;
  private readonly name: string;
  private readonly scope: Scope;
  private readonly members: MemberChecker;

  constructor({ value, doc }: Expression, pragmas: Pragmas, scope: Scope) {
    this.value = value;
    this.doc = doc;
    this.pragmas = pragmas;
    const keyword = KINDS.find((kind) => value.fields.has(kind));
    const field = keyword === undefined ? undefined : value.fields.get(keyword);
    if (keyword === undefined || field === undefined) {
      throw scope.error(value.position, `expected one of the keys '${KINDS.join("', '")}', 'include', 'pragma'`);
    }
    this.keyword = keyword;
    this.name = asString(field.value, `'${keyword}'`, scope).value;
    this.scope = scope.inside(definitionLabel(keyword, this.name));
    this.members = new MemberChecker(this.scope, pragmas.memberNameExceptions.has(this.name));
    if (keyword === 'type') this.scope.warn(field.position, "'type' is the old spelling of 'struct'");
  }

  definition(): Definition {
    switch (this.keyword) {
      case 'type':
      case 'struct':
        return this.struct();
      case 'enum':
        return this.enumeration();
      case 'alternate':
        return this.alternate();
      case 'union':
        return this.union();
      case 'command':
        return this.command();
      case 'event':
        return this.event();
    }
  }

  private struct(): Definition {
    const common = this.common(['data', 'base']);
    checkTypeName(this.name, this.value.position, this.scope);
    const base = this.get('base');
    return {
      ...common,
      kind: 'struct',
      base: base === undefined ? undefined : this.members.plainTypeName(base, "'base'"),
      members: this.members.list(this.need('data'), "'data'"),
    };
  }

  private enumeration(): Definition {
    const common = this.common(['data', 'prefix']);
    checkTypeName(this.name, this.value.position, this.scope);
    const prefix = this.get('prefix');
    if (prefix !== undefined) asString(prefix, "'prefix'", this.scope);
    const values = asList(this.need('data'), "'data'", this.scope).items.map((item) => this.members.enumValue(item));
    const seen = new Set<string>();
    for (const { name, position } of values) {
      if (seen.has(name)) throw this.scope.error(position, `duplicate value '${name}'`);
      seen.add(name);
    }
    return { ...common, kind: 'enum', values };
  }

  private alternate(): Definition {
    const common = this.common(['data']);
    checkTypeName(this.name, this.value.position, this.scope);
    const data = asObject(this.need('data'), "'data'", this.scope);
    if (data.fields.size === 0) throw this.scope.error(data.position, 'an alternate needs at least one branch');
    return { ...common, kind: 'alternate', branches: this.members.branches(data) };
  }

  private union(): Definition {
    const common = this.common(['base', 'discriminator', 'data']);
    checkTypeName(this.name, this.value.position, this.scope);
    const base = this.need('base');
    const discriminator = asString(this.need('discriminator'), "'discriminator'", this.scope);
    return {
      ...common,
      kind: 'union',
      base: base.kind === 'object' ? this.members.list(base, "'base'") : this.members.plainTypeName(base, "'base'"),
      discriminator: discriminator.value,
      discriminatorPosition: discriminator.position,
      branches: this.members.branches(asObject(this.need('data'), "'data'", this.scope)),
    };
  }

  private command(): Definition {
    const flags = ['success-response', 'gen', 'boxed', 'allow-oob', 'allow-preconfig', 'coroutine'];
    const common = this.common(['data', 'returns', ...flags]);
    const excused = this.pragmas.commandNameExceptions.has(this.name);
    checkCommandName(this.name, this.value.position, excused, this.scope);
    const returns = this.get('returns');
    return {
      ...common,
      kind: 'command',
      data: this.data(),
      returns: returns === undefined ? undefined : this.members.typeName(returns, "'returns'"),
      successResponse: flag(this.value, 'success-response', false, this.scope),
      flags: {
        gen: flag(this.value, 'gen', false, this.scope),
        boxed: this.boxed(),
        allowOob: flag(this.value, 'allow-oob', true, this.scope),
        allowPreconfig: flag(this.value, 'allow-preconfig', true, this.scope),
        coroutine: flag(this.value, 'coroutine', true, this.scope),
      },
    };
  }

  private event(): Definition {
    const common = this.common(['data', 'boxed']);
    checkEventName(this.name, this.value.position, this.scope);
    this.boxed();
    return { ...common, kind: 'event', data: this.data() };
  }

  private data() {
    const data = this.get('data');
    if (data === undefined) return [];
    return data.kind === 'object' ? this.members.list(data, "'data'") : this.members.plainTypeName(data, "'data'");
  }

  private boxed(): boolean {
    const boxed = flag(this.value, 'boxed', true, this.scope);
    if (boxed && this.get('data')?.kind !== 'string') {
      throw this.scope.error(this.value.position, "'boxed' needs the name of a struct as 'data'");
    }
    return boxed;
  }

  private common(keys: readonly string[]) {
    checkKeys(this.value, [this.keyword, ...keys, 'if', 'features'], this.scope);
    return {
      name: this.name,
      position: this.value.position,
      doc: this.doc,
      condition: this.condition(),
      features: this.members.features(this.get('features')),
      scope: this.scope,
    };
  }

  private condition(): Condition | undefined {
    const condition = this.get('if');
    return condition === undefined ? undefined : parseCondition(condition, this.scope);
  }

  private get(key: string) {
    return this.value.fields.get(key)?.value;
  }

  private need(key: string) {
    return need(this.value, key, this.scope);
  }
}
