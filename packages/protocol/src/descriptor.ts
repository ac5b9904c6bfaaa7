import type { CommandName } from './generated/commands.js';

/**
 * What the schema says of a type, as data: the validator checks JSON against it and the printer writes JSON by it.
 * The constants live in generated/tables.ts.
 */
export type TypeRef = IntType | PlainType | ArrayType | StructType | EnumType | AlternateType | UnionType;

/** width: the range on the wire; wide: the value is a bigint in TypeScript. */
export interface IntType {
  readonly kind: 'int';
  readonly width: 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64';
  readonly wide: boolean;
}

export interface PlainType {
  readonly kind: 'number' | 'bool' | 'str' | 'base64' | 'any' | 'null';
}

export interface ArrayType {
  readonly kind: 'array';
  readonly of: TypeRef;
}

export interface Member {
  readonly name: string;
  readonly type: TypeRef;
  readonly optional: boolean;
}

/** members: in schema order, which is the order of checking; wire: their names in the order QEMU prints them. */
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly members: readonly Member[];
  readonly wire: readonly string[];
}

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly values: readonly string[];
}

/** branches differ in their JSON type, which decides among them. */
export interface AlternateType {
  readonly kind: 'alternate';
  readonly name: string;
  readonly branches: readonly TypeRef[];
}

/** cases: for each value of the tag the whole struct (base members first, then those of the branch). */
export interface UnionType {
  readonly kind: 'union';
  readonly name: string;
  readonly tag: string;
  readonly cases: Readonly<Record<string, StructType>>;
}

export interface CommandTable {
  readonly name: CommandName;
  readonly arguments: StructType;
  readonly returns: TypeRef;
  readonly successResponse: boolean;
}
