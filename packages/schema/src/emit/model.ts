import { holds } from '../condition.js';
import type { Condition } from '../condition.js';
import type { Exceptions, Form } from '../exceptions.js';
import type { Command, Member, NamedType, Schema, Type, UnionBranch, UnionType } from '../schema.js';
import { allMembers, tagValues } from '../schema.js';

/** What all emitters work on: the commands and the types that they need, and where types of TypeScript differ. */
export class Model {
  readonly schema: Schema;
  /** Commands and the types reachable from them, in schema order. */
  readonly entities: readonly (Command | NamedType)[];
  readonly commands: readonly Command[];
  readonly types: readonly NamedType[];
  private readonly exceptions: Exceptions;

  constructor(schema: Schema, exceptions: Exceptions) {
    this.schema = schema;
    this.exceptions = exceptions;
    this.commands = schema.commands;
    const reachable = new Set<NamedType>();
    for (const command of schema.commands) for (const type of typesIn(command)) reach(type, reachable);
    this.types = schema.types.filter((type) => reachable.has(type));
    this.entities = schema.definitions.filter(
      (entity): entity is Command | NamedType =>
        entity.kind === 'command' || (entity.kind !== 'event' && reachable.has(entity)),
    );
    this.checkNames();
  }

  memberForm(member: Member): Form | undefined {
    return this.exceptions.forms.get(`${member.owner}.${member.name}`);
  }

  returnForm(command: Command): Form | undefined {
    return this.exceptions.forms.get(`${command.name}.return`);
  }

  /** Names of the platforms whose builds have what the condition guards; absent if all have. */
  platforms(condition: Condition | undefined): string[] | undefined {
    const having = this.exceptions.platforms.filter((platform) => holds(condition, platform.defines));
    return having.length === this.exceptions.platforms.length ? undefined : having.map((platform) => platform.name);
  }

  allPlatforms(): string[] {
    return this.exceptions.platforms.map((platform) => platform.name);
  }

  /** The names made up for arguments share a namespace with types. */
  private checkNames(): void {
    for (const command of this.commands) {
      const name = argumentsName(command);
      const clash = command.argumentsType === undefined && this.types.some((type) => type.name === name);
      if (clash) throw command.scope.error(command.position, `its arguments would be called '${name}', like a type`);
    }
  }
}

/** The TypeScript name of a command's arguments; absent if it takes none. */
export function argumentsName(command: Command): string | undefined {
  if (command.argumentsType !== undefined) return command.argumentsType.name;
  if (command.arguments.length === 0) return undefined;
  const words = command.name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Arguments`;
}

/** One case of a union; `branch` is absent for values of the tag that bring no members of their own. */
export interface UnionCase {
  readonly value: string;
  readonly branch: UnionBranch | undefined;
}

/** The cases of a union, in the order of the tag's values. */
export function unionCases(union: UnionType): UnionCase[] {
  return tagValues(union).map(({ name }) => ({
    value: name,
    branch: union.branches.find((branch) => branch.name === name && allMembers(branch.type).length > 0),
  }));
}

/** The types that a definition itself mentions, arrays stripped. */
export function typesIn(entity: Command | NamedType): NamedType[] {
  return mentioned(entity).flatMap((type) => {
    let element = type;
    while (element.kind === 'array') element = element.of;
    return element.kind === 'builtin' ? [] : [element];
  });
}

function mentioned(entity: Command | NamedType): Type[] {
  switch (entity.kind) {
    case 'struct':
      return allMembers(entity).map((member) => member.type);
    case 'enum':
      return [];
    case 'alternate':
      return entity.branches.map((branch) => branch.type);
    case 'union':
      return [...entity.members, ...entity.branches].map((part) => part.type);
    case 'command': {
      const own =
        entity.argumentsType === undefined ? entity.arguments.map((member) => member.type) : [entity.argumentsType];
      return entity.returns === undefined ? own : [...own, entity.returns];
    }
  }
}

function reach(type: NamedType, reachable: Set<NamedType>): void {
  if (reachable.has(type)) return;
  reachable.add(type);
  for (const next of typesIn(type)) reach(next, reachable);
}
