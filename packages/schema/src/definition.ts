import type { Condition } from './condition.js';
import type { DocBlock } from './doc.js';
import type { Position, Scope } from './source.js';

/** The definitions of a schema as written: well-formed, but the names of types are still only names. */
export type Definition =
  StructDefinition | EnumDefinition | AlternateDefinition | UnionDefinition | CommandDefinition | EventDefinition;

interface Common {
  readonly name: string;
  readonly position: Position;
  readonly doc: DocBlock | undefined;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
  /** For reporting problems of this definition. */
  readonly scope: Scope;
}

/** A name that tells clients of a capability or a state, such as `deprecated`. */
export interface Feature {
  readonly name: string;
  readonly condition: Condition | undefined;
}

/** The use of a type: `array` for the form `['name']`. */
export interface TypeName {
  readonly name: string;
  readonly array: boolean;
  readonly position: Position;
}

/** A member of a struct, of arguments or of the base of a union. */
export interface MemberDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly optional: boolean;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
  readonly position: Position;
}

/** `struct`: an object; `members` without those of the base. */
export interface StructDefinition extends Common {
  readonly kind: 'struct';
  readonly base: TypeName | undefined;
  readonly members: readonly MemberDefinition[];
}

/** One word of an enum. */
export interface EnumValue {
  readonly name: string;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
  readonly position: Position;
}

/** `enum`: one of some words. */
export interface EnumDefinition extends Common {
  readonly kind: 'enum';
  readonly values: readonly EnumValue[];
}

/** A branch of an alternate or union; its name is a tag value in a union and mere documentation in an alternate. */
export interface BranchDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly condition: Condition | undefined;
  readonly position: Position;
}

/** `alternate`: one of some types, told apart by the JSON type of the value. */
export interface AlternateDefinition extends Common {
  readonly kind: 'alternate';
  readonly branches: readonly BranchDefinition[];
}

/** `union`: an object of which one member, the discriminator, tells what others there are. */
export interface UnionDefinition extends Common {
  readonly kind: 'union';
  readonly base: TypeName | readonly MemberDefinition[];
  readonly discriminator: string;
  readonly discriminatorPosition: Position;
  readonly branches: readonly BranchDefinition[];
}

/** What a command takes or an event carries: a named struct or members on the spot. */
export type Data = TypeName | readonly MemberDefinition[];

/** `command`: what a client can ask for. */
export interface CommandDefinition extends Common {
  readonly kind: 'command';
  readonly data: Data;
  readonly returns: TypeName | undefined;
  readonly successResponse: boolean;
  readonly flags: CommandFlags;
}

/** Instructions for QEMU's own code generator; kept for the dump, without effect here. */
export interface CommandFlags {
  readonly gen: boolean;
  readonly boxed: boolean;
  readonly allowOob: boolean;
  readonly allowPreconfig: boolean;
  readonly coroutine: boolean;
}

/** `event`: what is sent without having been asked for. */
export interface EventDefinition extends Common {
  readonly kind: 'event';
  readonly data: Data;
}

/** Tells a type's name from members on the spot. */
export function isTypeName(data: Data): data is TypeName {
  return !Array.isArray(data);
}

/** The members that a definition itself lists, with those of base types left out. */
export function ownMembers(
  definition: Exclude<Definition, EnumDefinition | AlternateDefinition>,
): readonly MemberDefinition[] {
  if (definition.kind === 'struct') return definition.members;
  const data = definition.kind === 'union' ? definition.base : definition.data;
  return isTypeName(data) ? [] : data;
}
