import type { Condition } from './condition.js';
import type { CommandFlags, EnumValue, Feature } from './definition.js';
import type { DocBlock } from './doc.js';
import type { Position, Scope } from './source.js';

/**
 * The resolved schema: names of types have become the types. This is all that emitters see.
 * The objects refer to each other and may do so in circles.
 */
export interface Schema {
  /** In the order of the text; that of commands is the order of registration. */
  readonly commands: readonly Command[];
  readonly events: readonly Event[];
  readonly types: readonly NamedType[];
  /** Commands, events and types in one list. */
  readonly definitions: readonly Entity[];
  /** Free-form documentation blocks. */
  readonly texts: readonly DocBlock[];
}

/** Whatever has a name and a definition. */
export type Entity = NamedType | Command | Event;
/** A type that the schema defines. */
export type NamedType = StructType | EnumType | AlternateType | UnionType;
/** Whatever a value can be of. */
export type Type = NamedType | BuiltinType | ArrayType;

interface Common {
  readonly name: string;
  readonly position: Position;
  readonly doc: DocBlock | undefined;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
  readonly scope: Scope;
}

/** A type of the language. */
export interface BuiltinType {
  readonly kind: 'builtin';
  readonly name: BuiltinName;
}

/** Any number of values of one type. */
export interface ArrayType {
  readonly kind: 'array';
  readonly of: Type;
}

/** A member of an object. */
export interface Member {
  readonly name: string;
  readonly type: Type;
  readonly optional: boolean;
  readonly condition: Condition | undefined;
  readonly features: readonly Feature[];
  /** The definition that lists it: the base for inherited members. */
  readonly owner: string;
  readonly position: Position;
}

/** An object. */
export interface StructType extends Common {
  readonly kind: 'struct';
  readonly base: StructType | undefined;
  /** Own ones only; see {@link allMembers}. */
  readonly members: readonly Member[];
}

/** One of some words. */
export interface EnumType extends Common {
  readonly kind: 'enum';
  readonly values: readonly EnumValue[];
}

/** One of the types that a value of an alternate can have. */
export interface AlternateBranch {
  readonly name: string;
  readonly type: Type;
  readonly condition: Condition | undefined;
}

/** One of some types, told apart by the JSON type of the value. */
export interface AlternateType extends Common {
  readonly kind: 'alternate';
  readonly branches: readonly AlternateBranch[];
}

/** What members there are for one value of the tag. */
export interface UnionBranch {
  readonly name: string;
  readonly type: StructType;
  readonly condition: Condition | undefined;
}

/** An object of which one member, the tag, tells what others there are. */
export interface UnionType extends Common {
  readonly kind: 'union';
  /** All base members, the tag among them. */
  readonly members: readonly Member[];
  readonly tag: string;
  /** Not every value of the tag needs one. */
  readonly branches: readonly UnionBranch[];
}

/** What a client can ask for. */
export interface Command extends Common {
  readonly kind: 'command';
  /** The named struct that `data` is, if it is one. */
  readonly argumentsType: StructType | undefined;
  readonly arguments: readonly Member[];
  readonly returns: Type | undefined;
  readonly successResponse: boolean;
  readonly flags: CommandFlags;
}

/** What is sent without having been asked for. */
export interface Event extends Common {
  readonly kind: 'event';
  readonly argumentsType: StructType | undefined;
  readonly arguments: readonly Member[];
}

const BUILTINS = [
  ...['str', 'int', 'number', 'bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'],
  ...['size', 'any', 'null', 'QType'],
] as const;
/** The names of the types of the language. */
export type BuiltinName =
  'str' | 'int' | 'number' | 'bool' | `${'' | 'u'}int${8 | 16 | 32 | 64}` | 'size' | 'any' | 'null' | 'QType';

/** Whether a name is that of a type of the language. */
export function isBuiltin(name: string): name is BuiltinName {
  return (BUILTINS as readonly string[]).includes(name);
}

/** The members of a struct, inherited ones first. */
export function allMembers(struct: StructType): readonly Member[] {
  return struct.base === undefined ? struct.members : [...allMembers(struct.base), ...struct.members];
}

/** The values that the tag of a union can have. */
export function tagValues(union: UnionType): readonly EnumValue[] {
  const type = union.members.find((member) => member.name === union.tag)?.type;
  return type?.kind === 'enum' ? type.values : [];
}

/** A type as written in a schema: `int`, `[str]`, `GuestFoo`. */
export function typeText(type: Type): string {
  return type.kind === 'array' ? `[${typeText(type.of)}]` : type.name;
}
