import { Base64Text } from './base64-text.js';
import type { ByteKernels } from './bytes.js';
import type { AlternateType, EnumType, IntType, Member, StructType, TypeRef, UnionType } from './descriptor.js';
import { AgentError } from './errors.js';
import { AsciiText, isJsonInteger, isJsonString, JsonDouble, type JsonObject, type JsonValue } from './value.js';

const INT64_MAX = 2n ** 63n - 1n;
const UINT64 = 2n ** 64n;

/** How strictly a value is read. */
export interface Reading {
  readonly kernels: ByteKernels;
  /** an agent refuses members that the schema does not have; a client ignores them: the agent may be newer */
  readonly unknownMembers: 'refuse' | 'ignore';
  /** an agent leaves base64 to the command (Base64Text); a client wants the bytes */
  readonly base64: 'keep' | 'decode';
  /** an agent keeps integers beyond 2^53 as bigint, to name them in an error; a client cannot use them where a number is promised */
  readonly largeIntegers: 'bigint' | 'refuse';
}

/**
 * Turns JSON into plain TypeScript values by the schema. Members are checked in schema order, the first fault wins, surplus
 * members come last: QEMU's order.
 * @param name what the value is called in an error (`id`, `vcpus[0].online`), empty for the arguments as a whole
 * @throws AgentError with QEMU's words
 */
export function readTyped(reading: Reading, type: TypeRef, value: JsonValue, name: string): unknown {
  switch (type.kind) {
    // first what is most frequent
    case 'struct':
      return readStruct(reading, type, value, name);
    case 'int':
      return readInteger(reading, type, value, name);
    case 'number':
      if (value instanceof JsonDouble) return value.value;
      if (isJsonInteger(value)) return Number(value);
      throw wrongType(name, 'number');
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(name, 'boolean');
      return value;
    case 'str':
      return readText(reading, value, name);
    case 'base64':
      return readBase64(reading, value, name);
    case 'null':
      if (value !== null) throw wrongType(name, 'null');
      return null;
    case 'any':
      return value;
    case 'enum':
      return readEnum(reading, type, value, name);
    case 'array':
      if (!Array.isArray(value)) throw wrongType(name, 'array');
      return value.map((item, at) => readTyped(reading, type.of, item, `${name}[${String(at)}]`));
    case 'alternate':
      return readAlternate(reading, type, value, name);
    case 'union':
      return readUnion(reading, type, value, name);
  }
}

/** The type error of QEMU's input visitor. */
function wrongType(name: string, expected: string): AgentError {
  return new AgentError(`Invalid parameter type for '${name}', expected: ${expected}`);
}

function readInteger(reading: Reading, type: IntType, value: JsonValue, name: string): number | bigint {
  if (!isJsonInteger(value)) throw noInteger(type, name);
  if (type.width === 'uint64') {
    const wrapped = value < 0 ? BigInt(value) + UINT64 : value;
    return asPromised(reading, type, wrapped, name);
  }
  // a number is below 2^53, and a comparison of it with a bigint is slow
  if (typeof value === 'bigint' && value > INT64_MAX) throw noInteger(type, name);
  const [low, high] = NARROW[type.width] ?? [value, value];
  if (value < low || value > high) throw new AgentError(`Parameter '${name}' expects ${type.width}`);
  return asPromised(reading, type, value, name);
}

/** Made only when it is thrown: an error costs more than all the rest of a small request. */
function noInteger({ width }: IntType, name: string): AgentError {
  return width === 'uint64' ? new AgentError(`Parameter '${name}' expects uint64`) : wrongType(name, 'integer');
}

const NARROW: Readonly<Partial<Record<IntType['width'], readonly [number, number]>>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint8: [0, 0xff],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
};

function asPromised(reading: Reading, type: IntType, value: number | bigint, name: string): number | bigint {
  if (type.wide) return BigInt(value);
  if (typeof value === 'bigint' && reading.largeIntegers === 'refuse') {
    throw new AgentError(`Parameter '${name}' is beyond 2^53: ${String(value)}`);
  }
  return value;
}

function readText(reading: Reading, value: JsonValue, name: string): string {
  if (!isJsonString(value)) throw wrongType(name, 'string');
  return value instanceof AsciiText ? value.parts.map((part) => reading.kernels.asciiToText(part)).join('') : value;
}

function readBase64(reading: Reading, value: JsonValue, name: string): Base64Text | Uint8Array {
  if (!isJsonString(value)) throw wrongType(name, 'string');
  const text = new Base64Text(reading.kernels, value);
  return reading.base64 === 'keep' ? text : text.decode();
}

function readEnum(reading: Reading, type: EnumType, value: JsonValue, name: string): string {
  const text = readText(reading, value, name);
  if (!type.values.includes(text)) throw new AgentError(`Parameter '${name}' does not accept value '${text}'`);
  return text;
}

function readStruct(reading: Reading, type: StructType, value: JsonValue, name: string): Record<string, unknown> {
  if (!(value instanceof Map)) throw wrongType(name, 'object');
  const result: Record<string, unknown> = {};
  const { members } = type;
  let found = 0;
  // by index: the engine of the native host makes an object a round for `for … of`
  for (let at = 0; at < members.length; at++) {
    const member = members[at];
    const item = member === undefined ? undefined : readMember(reading, member, value, name);
    if (member === undefined || item === undefined) continue;
    result[member.name] = item;
    found += 1;
  }
  if (reading.unknownMembers === 'refuse' && found < value.size) refuseSurplus(type, value, name);
  return result;
}

function readMember(reading: Reading, member: Member, from: JsonObject, parent: string): unknown {
  const name = parent === '' ? member.name : `${parent}.${member.name}`;
  const item = from.get(member.name);
  if (item !== undefined) return readTyped(reading, member.type, item, name);
  if (!member.optional) throw new AgentError(`Parameter '${name}' is missing`);
  return undefined;
}

function refuseSurplus(type: StructType, value: JsonObject, parent: string): void {
  for (const name of value.keys()) {
    if (type.members.some((member) => member.name === name)) continue;
    throw new AgentError(`Parameter '${parent === '' ? name : `${parent}.${name}`}' is unexpected`);
  }
}

/** The JSON type that selects a branch of an alternate. */
function branchAccepts(branch: TypeRef, value: JsonValue): boolean {
  switch (branch.kind) {
    case 'int':
    case 'number':
      return isJsonInteger(value) || value instanceof JsonDouble;
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
    case 'base64':
    case 'enum':
      return isJsonString(value);
    case 'array':
      return Array.isArray(value);
    case 'struct':
    case 'union':
      return value instanceof Map;
    case 'null':
      return value === null;
    case 'any':
    case 'alternate':
      return true;
  }
}

function readAlternate(reading: Reading, type: AlternateType, value: JsonValue, name: string): unknown {
  const branch = type.branches.find((candidate) => branchAccepts(candidate, value));
  if (branch === undefined) throw wrongType(name, type.name);
  return readTyped(reading, branch, value, name);
}

function readUnion(reading: Reading, type: UnionType, value: JsonValue, name: string): unknown {
  if (!(value instanceof Map)) throw wrongType(name, 'object');
  const tag = value.get(type.tag);
  const tagName = name === '' ? type.tag : `${name}.${type.tag}`;
  if (tag === undefined) throw new AgentError(`Parameter '${tagName}' is missing`);
  const text = readText(reading, tag, tagName);
  const struct = Object.hasOwn(type.cases, text) ? type.cases[text] : undefined;
  if (struct === undefined) throw new AgentError(`Parameter '${tagName}' does not accept value '${text}'`);
  return readStruct(reading, struct, value, name);
}
