import type { AlternateDefinition, UnionDefinition } from './definition.js';
import type { AlternateType, BuiltinName, Member, StructType, Type, UnionBranch, UnionType } from './schema.js';
import { allMembers, tagValues, typeText } from './schema.js';
import type { Position, Scope } from './source.js';

/** Throws if a struct is its own ancestor. */
export function checkBaseLoop(struct: StructType, scope: Scope): void {
  for (let ancestor = struct.base; ancestor !== undefined; ancestor = ancestor.base) {
    if (ancestor === struct) throw scope.error(struct.position, `'${struct.name}' is its own base`);
  }
}

/** Throws if a member has the name of one that comes with the base. */
export function checkClash(inherited: readonly Member[], own: readonly Member[], scope: Scope): void {
  for (const member of own) {
    const other = inherited.find((candidate) => candidate.name === member.name);
    if (other === undefined) continue;
    throw scope.error(member.position, `member '${member.name}' clashes with that of '${other.owner}'`);
  }
}

/** Throws unless the JSON type of a value decides among the branches. */
export function checkAlternate(definition: AlternateDefinition, alternate: AlternateType): void {
  const taken = new Map<string, string>();
  alternate.branches.forEach((branch, index) => {
    const position = definition.branches[index]?.position ?? definition.position;
    const json = jsonType(branch.type);
    if (json === undefined) {
      throw definition.scope.error(position, `branch '${branch.name}' cannot be of type '${typeText(branch.type)}'`);
    }
    const other = taken.get(json);
    if (other !== undefined) {
      throw definition.scope.error(position, `branches '${other}' and '${branch.name}' are both a JSON ${json}`);
    }
    taken.set(json, branch.name);
  });
}

const NUMBERS: readonly BuiltinName[] = [
  ...(['int', 'number', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'size'] as const),
];

/** The JSON type of all values of a type; absent if there is more than one. */
function jsonType(type: Type): string | undefined {
  if (type.kind === 'array') return 'array';
  if (type.kind === 'struct' || type.kind === 'union') return 'object';
  if (type.kind === 'enum') return 'string';
  if (type.kind === 'alternate' || type.name === 'any') return undefined;
  if (NUMBERS.includes(type.name)) return 'number';
  if (type.name === 'bool') return 'boolean';
  return type.name === 'null' ? 'null' : 'string';
}

/** Throws if the discriminator of a union is not a mandatory enum member of its base. */
export function checkTag(definition: UnionDefinition, base: readonly Member[]): void {
  const { scope, discriminator, discriminatorPosition } = definition;
  const member = base.find((candidate) => candidate.name === discriminator);
  if (member === undefined) throw scope.error(discriminatorPosition, `'${discriminator}' is not a member of the base`);
  if (member.type.kind !== 'enum') throw scope.error(discriminatorPosition, `'${discriminator}' is not an enum`);
  if (member.optional || member.condition !== undefined) {
    throw scope.error(discriminatorPosition, `'${discriminator}' must neither be optional nor have a condition`);
  }
}

/** Throws if a branch belongs to no value of the tag or repeats a member of the base. */
export function checkBranch(branch: UnionBranch & { position: Position }, union: UnionType, scope: Scope): void {
  if (tagValues(union).every((value) => value.name !== branch.name)) {
    throw scope.error(branch.position, `branch '${branch.name}' is not a value of '${union.tag}'`);
  }
  for (const member of allMembers(branch.type)) {
    if (union.members.every((other) => other.name !== member.name)) continue;
    throw scope.error(branch.position, `member '${member.name}' of branch '${branch.name}' clashes with the base`);
  }
}

/** Throws for an alternate; warns for what cannot grow members later, unless a pragma lists the command. */
export function checkReturns(returns: Type, position: Position, excused: boolean, scope: Scope): void {
  if (returns.kind === 'alternate') throw scope.error(position, `'returns' cannot be alternate '${returns.name}'`);
  let element: Type = returns;
  while (element.kind === 'array') element = element.of;
  if (excused || element.kind === 'struct' || element.kind === 'union') return;
  const advice = "where it must stay, list the command in pragma 'command-returns-exceptions'";
  scope.warn(position, `'returns' is '${typeText(returns)}', which can never be extended; ${advice}`);
}
