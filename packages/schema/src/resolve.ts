import { isTypeName } from './definition.js';
import type {
  AlternateDefinition,
  CommandDefinition,
  Data,
  Definition,
  EventDefinition,
  MemberDefinition,
  StructDefinition,
  TypeName,
  UnionDefinition,
} from './definition.js';
import type { Loaded } from './load.js';
import { allMembers, isBuiltin } from './schema.js';
import type { AlternateType, Entity, Member, NamedType, Schema, StructType, Type, UnionType } from './schema.js';
import { checkAlternate, checkBaseLoop, checkBranch, checkClash, checkReturns, checkTag } from './semantics.js';
import type { Position, Scope } from './source.js';
import { formatPosition } from './source.js';

type Building<T> = { -readonly [K in keyof T]: T[K] };

/** Replaces names by types and checks what needs more than one definition. Throws SchemaError. */
export function resolve(definitions: readonly Definition[], loaded: Loaded): Schema {
  const resolver = new Resolver(definitions, loaded.pragmas.commandReturnsExceptions);
  const entities = definitions.map((definition) => resolver.entity(definition));
  resolver.finish();
  return {
    commands: entities.filter((entity) => entity.kind === 'command'),
    events: entities.filter((entity) => entity.kind === 'event'),
    types: entities.filter((entity) => entity.kind !== 'command' && entity.kind !== 'event'),
    definitions: entities,
    texts: loaded.texts,
  };
}

class Resolver {
  private readonly definitions = new Map<string, Definition>();
  private readonly types = new Map<string, NamedType>();
  private readonly returnsExceptions: ReadonlySet<string>;
  /** Checks that need the members of all types. */
  private readonly later: (() => void)[] = [];

  constructor(definitions: readonly Definition[], returnsExceptions: ReadonlySet<string>) {
    this.returnsExceptions = returnsExceptions;
    for (const definition of definitions) {
      const { name, position, scope } = definition;
      const earlier = this.definitions.get(name);
      if (isBuiltin(name)) throw scope.error(position, `'${name}' is a type of the language`);
      if (earlier !== undefined) {
        throw scope.error(position, `'${name}' is already defined at ${formatPosition(earlier.position)}`);
      }
      this.definitions.set(name, definition);
    }
  }

  entity(definition: Definition): Entity {
    if (definition.kind === 'command') return this.command(definition);
    if (definition.kind === 'event') return this.event(definition);
    return this.namedType(definition);
  }

  /** Runs the checks that had to wait until every type has its members. */
  finish(): void {
    for (const check of this.later) check();
  }

  /** A type is entered in the table before its parts are resolved, for these may lead back to it. */
  private namedType(definition: Exclude<Definition, CommandDefinition | EventDefinition>): NamedType {
    const known = this.types.get(definition.name);
    if (known !== undefined) return known;
    if (definition.kind === 'enum') {
      this.types.set(definition.name, definition);
      return definition;
    }
    if (definition.kind === 'struct') return this.struct(definition);
    if (definition.kind === 'alternate') return this.alternate(definition);
    return this.union(definition);
  }

  private struct(definition: StructDefinition): StructType {
    const { name, scope } = definition;
    const struct: Building<StructType> = { ...definition, base: undefined, members: [] };
    this.types.set(name, struct);
    const base = definition.base === undefined ? undefined : this.structNamed(definition.base, "'base'", scope);
    struct.base = base;
    checkBaseLoop(struct, scope);
    struct.members = this.members(definition.members, name, scope);
    this.later.push(() => checkClash(base === undefined ? [] : allMembers(base), struct.members, scope));
    return struct;
  }

  private alternate(definition: AlternateDefinition): AlternateType {
    const { name, scope } = definition;
    const alternate: Building<AlternateType> = { ...definition, branches: [] };
    this.types.set(name, alternate);
    alternate.branches = definition.branches.map((branch) => ({ ...branch, type: this.type(branch.type, scope) }));
    checkAlternate(definition, alternate);
    return alternate;
  }

  private union(definition: UnionDefinition): UnionType {
    const { name, scope, discriminator } = definition;
    const union: Building<UnionType> = { ...definition, members: [], tag: discriminator, branches: [] };
    this.types.set(name, union);
    const { base } = definition;
    const baseStruct = isTypeName(base) ? this.structNamed(base, "'base'", scope) : undefined;
    const inline = isTypeName(base) ? [] : this.members(base, name, scope);
    const branches = definition.branches.map((branch) => ({
      ...branch,
      type: this.structNamed(branch.type, `branch '${branch.name}'`, scope),
    }));
    union.branches = branches;
    this.later.push(() => {
      union.members = baseStruct === undefined ? inline : allMembers(baseStruct);
      checkTag(definition, union.members);
      for (const branch of branches) checkBranch(branch, union, scope);
    });
    return union;
  }

  private command(definition: CommandDefinition): Entity {
    const { name, scope } = definition;
    const returns = definition.returns === undefined ? undefined : this.type(definition.returns, scope);
    if (definition.returns !== undefined && returns !== undefined) {
      checkReturns(returns, definition.returns.position, this.returnsExceptions.has(name), scope);
    }
    return { ...definition, ...this.data(definition.data, name, scope), returns };
  }

  private event(definition: EventDefinition): Entity {
    return { ...definition, ...this.data(definition.data, definition.name, definition.scope) };
  }

  private data(data: Data, owner: string, scope: Scope) {
    if (!isTypeName(data)) return { argumentsType: undefined, arguments: this.members(data, owner, scope) };
    const argumentsType = this.structNamed(data, "'data'", scope);
    return { argumentsType, arguments: allMembers(argumentsType) };
  }

  private members(members: readonly MemberDefinition[], owner: string, scope: Scope): Member[] {
    return members.map((member) => ({ ...member, type: this.type(member.type, scope), owner }));
  }

  private type(use: TypeName, scope: Scope): Type {
    const type = this.elementType(use.name, use.position, scope);
    return use.array ? { kind: 'array', of: type } : type;
  }

  private elementType(name: string, position: Position, scope: Scope): Type {
    if (isBuiltin(name)) return { kind: 'builtin', name };
    const definition = this.definitions.get(name);
    if (definition === undefined) throw scope.error(position, `unknown type '${name}'`);
    if (definition.kind === 'command' || definition.kind === 'event') {
      throw scope.error(position, `'${name}' is a ${definition.kind}, not a type`);
    }
    return this.namedType(definition);
  }

  private structNamed(use: TypeName, what: string, scope: Scope): StructType {
    const type = this.type(use, scope);
    if (type.kind !== 'struct') throw scope.error(use.position, `${what} must be a struct, '${use.name}' is not`);
    return type;
  }
}
