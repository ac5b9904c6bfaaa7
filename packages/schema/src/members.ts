import { parseCondition } from './condition.js';
import type { Condition } from './condition.js';
import type { BranchDefinition, EnumValue, Feature, MemberDefinition, TypeName } from './definition.js';
import { checkMemberName } from './names.js';
import type { Field, ObjectValue, Value } from './parser.js';
import { asList, asObject, asString, checkKeys, need } from './shape.js';
import type { Scope } from './source.js';

/** Reads the parts of a definition: members, branches, enum values, features, uses of types. */
export class MemberChecker {
  private readonly scope: Scope;
  /** A pragma allows capitals and underscores in this definition. */
  private readonly excused: boolean;

  constructor(scope: Scope, excused: boolean) {
    this.scope = scope;
    this.excused = excused;
  }

  /** The members of a struct-like object; `what` names it, for example «'data'». */
  list(value: Value, what: string): MemberDefinition[] {
    const object = asObject(value, what, this.scope);
    const members = Array.from(object.fields.values(), (field) => this.member(field));
    const seen = new Set<string>();
    for (const { name, position } of members) {
      // Keys are unique already, but '*a' and 'a' are the same member.
      if (seen.has(name)) throw this.scope.error(position, `duplicate member '${name}'`);
      seen.add(name);
    }
    return members;
  }

  branches(object: ObjectValue): BranchDefinition[] {
    return Array.from(object.fields.values(), ({ key, position, value }) => {
      checkMemberName(key, 'branch', position, this.excused, this.scope);
      const what = `branch '${key}'`;
      const { body, condition } = this.withCondition(value, 'type', []);
      return { name: key, type: this.typeName(body, what), condition, position };
    });
  }

  enumValue(value: Value): EnumValue {
    const what = 'an enum value';
    const { body, condition, features } = this.withCondition(value, 'name', ['features']);
    const name = asString(body, what, this.scope);
    checkMemberName(name.value, 'value', name.position, this.excused, this.scope);
    return { name: name.value, condition, features, position: name.position };
  }

  features(value: Value | undefined): Feature[] {
    if (value === undefined) return [];
    const names = new Set<string>();
    return asList(value, "'features'", this.scope).items.map((item) => {
      const { body, condition } = this.withCondition(item, 'name', []);
      const { value: name, position } = asString(body, 'a feature', this.scope);
      checkMemberName(name, 'feature', position, false, this.scope);
      if (names.has(name)) throw this.scope.error(position, `duplicate feature '${name}'`);
      names.add(name);
      return { name, condition };
    });
  }

  /** `'name'` or `['name']`. */
  typeName(value: Value, what: string): TypeName {
    if (value.kind === 'string') return { name: value.value, array: false, position: value.position };
    const [only, surplus] = value.kind === 'list' ? value.items : [];
    if (only === undefined || surplus !== undefined) {
      throw this.scope.error(value.position, `${what} must name a type, or in [ ] the type of an array's elements`);
    }
    return {
      name: asString(only, `the element type of ${what}`, this.scope).value,
      array: true,
      position: only.position,
    };
  }

  /** `'name'` only. */
  plainTypeName(value: Value, what: string): TypeName {
    const { value: name, position } = asString(value, what, this.scope);
    return { name, array: false, position };
  }

  private member({ key, position, value }: Field): MemberDefinition {
    const optional = key.startsWith('*');
    const name = optional ? key.slice(1) : key;
    checkMemberName(name, 'member', position, this.excused, this.scope);
    const what = `member '${name}'`;
    const { body, condition, features } = this.withCondition(value, 'type', ['features']);
    return { name, type: this.typeName(body, what), optional, condition, features, position };
  }

  /** Parts are written plainly or as an object with `if` and more; `key` holds the plain part there. */
  private withCondition(value: Value, key: 'type' | 'name', more: readonly string[]): Part {
    if (value.kind !== 'object') return { body: value, condition: undefined, features: [] };
    checkKeys(value, [key, 'if', ...more], this.scope);
    const condition = value.fields.get('if');
    return {
      body: need(value, key, this.scope),
      condition: condition === undefined ? undefined : parseCondition(condition.value, this.scope),
      features: this.features(value.fields.get('features')?.value),
    };
  }
}

interface Part {
  readonly body: Value;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
}
