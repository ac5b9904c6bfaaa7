import { conditionText } from './condition.js';
import type { Condition } from './condition.js';
import type { EnumValue } from './definition.js';
import { typeText } from './schema.js';
import type { AlternateBranch, Entity, Member, Schema, UnionBranch } from './schema.js';

/** `3 commands, 1 struct, 2 enums`: how many of each kind there are, without kinds that do not occur. */
export function summary(schema: Schema): string {
  const kinds = ['command', 'event', 'struct', 'enum', 'alternate', 'union'] as const;
  const counts = kinds.map((kind) => ({ kind, count: schema.definitions.filter((one) => one.kind === kind).length }));
  const present = counts.filter(({ count }) => count > 0);
  return present.length === 0 ? 'no definitions' : present.map(({ kind, count }) => plural(count, kind)).join(', ');
}

/** `1 warning`, `2 warnings`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The resolved schema as JSON text, definitions in schema order. What has its default value is left out. */
export function dump(schema: Schema): string {
  return `${JSON.stringify(schema.definitions.map(dumpEntity), undefined, 2)}\n`;
}

function dumpEntity(entity: Entity): object {
  return {
    kind: entity.kind,
    name: entity.name,
    ...dumpCondition(entity.condition),
    ...dumpFeatures(entity),
    ...dumpBody(entity),
    ...dumpDoc(entity),
  };
}

function dumpBody(entity: Entity): object {
  switch (entity.kind) {
    case 'struct':
      return { base: entity.base?.name, members: entity.members.map(dumpMember) };
    case 'enum':
      return { values: entity.values.map(dumpValue) };
    case 'alternate':
      return { branches: entity.branches.map(dumpBranch) };
    case 'union':
      return { members: entity.members.map(dumpMember), tag: entity.tag, branches: entity.branches.map(dumpBranch) };
    case 'event':
      return { data: entity.argumentsType?.name, members: entity.arguments.map(dumpMember) };
    case 'command': {
      const { gen, boxed, allowOob, allowPreconfig, coroutine } = entity.flags;
      return {
        data: entity.argumentsType?.name,
        members: entity.arguments.map(dumpMember),
        returns: entity.returns === undefined ? undefined : typeText(entity.returns),
        ...(entity.successResponse ? {} : { 'success-response': false }),
        ...(gen ? {} : { gen }),
        ...(boxed ? { boxed } : {}),
        ...(allowOob ? { 'allow-oob': true } : {}),
        ...(allowPreconfig ? { 'allow-preconfig': true } : {}),
        ...(coroutine ? { coroutine } : {}),
      };
    }
  }
}

function dumpMember(member: Member): object {
  return {
    name: member.name,
    type: typeText(member.type),
    ...(member.optional ? { optional: true } : {}),
    ...dumpCondition(member.condition),
    ...dumpFeatures(member),
  };
}

function dumpBranch(branch: AlternateBranch | UnionBranch): object {
  return { name: branch.name, type: typeText(branch.type), ...dumpCondition(branch.condition) };
}

function dumpValue(value: EnumValue): object | string {
  const extra = { ...dumpCondition(value.condition), ...dumpFeatures(value) };
  return Object.keys(extra).length === 0 ? value.name : { name: value.name, ...extra };
}

function dumpCondition(condition: Condition | undefined): object {
  return condition === undefined ? {} : { if: conditionText(condition) };
}

function dumpFeatures({ features }: Pick<Entity, 'features'>): object {
  if (features.length === 0) return {};
  return { features: features.map(({ name, condition }) => ({ name, ...dumpCondition(condition) })) };
}

function dumpDoc({ doc }: Entity): object {
  if (doc === undefined) return {};
  const sections = doc.sections.map(({ kind, name, text }) => ({
    [name === '' ? kind : `${kind} ${name}`]: text,
  }));
  return { doc: sections };
}
