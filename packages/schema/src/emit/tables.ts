import type { Form } from '../exceptions.js';
import { allMembers } from '../schema.js';
import type { BuiltinName, Command, Member, NamedType, Type, UnionType } from '../schema.js';
import { argumentsName, typesIn, unionCases } from './model.js';
import type { Model } from './model.js';
import { fill, HEADER, propertyName, quote } from './text.js';
import { wireOrder } from './wire-order.js';

/** generated/tables.ts: the types as data, for checking and printing at run time. */
export function emitTables(model: Model): string {
  const emitter = new TableEmitter(model);
  const constants = inDependencyOrder(model.types).map((type) => emitter.type(type));
  const argumentLists = model.commands.map((command) => emitter.argumentList(command));
  const commands = model.commands.map((command) => emitter.command(command));
  return [
    HEADER,
    "import type * as d from '../descriptor.js';\n",
    "import type { CommandName } from './commands.js';\n\n",
    ...emitter.primitives(),
    '\nconst required = (name: string, type: d.TypeRef): d.Member => ({ name, type, optional: false });\n',
    'const optional = (name: string, type: d.TypeRef): d.Member => ({ name, type, optional: true });\n',
    "const list = (of: d.TypeRef): d.ArrayType => ({ kind: 'array', of });\n\n",
    "export const NoMembers: d.StructType = { kind: 'struct', name: 'NoMembers', members: [], wire: [] };\n",
    ...constants,
    ...argumentLists,
    '\n/** In the order of registration. */\n',
    'export const commandTables: Readonly<Record<CommandName, d.CommandTable>> = {\n',
    ...commands,
    '};\n',
  ].join('');
}

class TableEmitter {
  private readonly model: Model;
  private readonly usedPrimitives = new Map<string, string>();

  constructor(model: Model) {
    this.model = model;
  }

  type(type: NamedType): string {
    const { kind, name } = type;
    switch (kind) {
      case 'struct':
        return this.struct(name, name, allMembers(type), true);
      case 'enum': {
        const values = { label: 'values', items: type.values.map((value) => quote(value.name)) };
        return constant(`export const ${name}: d.EnumType`, kind, name, [values]);
      }
      case 'alternate': {
        const branches = { label: 'branches', items: type.branches.map((branch) => this.reference(branch.type)) };
        return constant(`export const ${name}: d.AlternateType`, kind, name, [branches]);
      }
      case 'union':
        return this.union(type);
    }
  }

  argumentList(command: Command): string {
    const name = argumentsName(command);
    if (name === undefined || command.argumentsType !== undefined) return '';
    return this.struct(name, name, command.arguments, true);
  }

  command(command: Command): string {
    const returns =
      command.returns === undefined ? 'NoMembers' : this.reference(command.returns, this.model.returnForm(command));
    const parts = [
      `name: ${quote(command.name)}`,
      `arguments: ${argumentsName(command) ?? 'NoMembers'}`,
      `returns: ${returns}`,
      `successResponse: ${command.successResponse}`,
    ];
    return `${fill(`${propertyName(command.name)}: { `, parts, ' },', '  ')}\n`;
  }

  /** The constants for builtin types that were referred to; to be called last. */
  primitives(): string[] {
    return [...this.usedPrimitives.values()].sort();
  }

  private struct(variable: string, name: string, members: readonly Member[], exported: boolean): string {
    const wire = wireOrder(members.map((member) => member.name)).map(quote);
    return constant(`${exported ? 'export ' : ''}const ${variable}: d.StructType`, 'struct', name, [
      { label: 'members', items: members.map((member) => this.member(member)) },
      { label: 'wire', items: wire },
    ]);
  }

  /** Each branch becomes a struct that has the base's members too; values without a branch share one. */
  private union(union: UnionType): string {
    const { name, members } = union;
    const bare = `${name}_`;
    const cases = unionCases(union).map(({ value, branch }) => ({
      value,
      struct: branch === undefined ? bare : `${name}_${value.replace(/[^A-Za-z0-9]/g, '_')}`,
      members: branch === undefined ? members : [...members, ...allMembers(branch.type)],
    }));
    const structs = new Map(cases.map((one) => [one.struct, this.struct(one.struct, name, one.members, false)]));
    const items = cases.map((one) => `${propertyName(one.value)}: ${one.struct}`);
    return [
      ...structs.values(),
      `export const ${name}: d.UnionType = {\n  kind: 'union',\n  name: ${quote(name)},\n  tag: ${quote(union.tag)},\n`,
      `${fill('cases: { ', items, ' },', '  ')}\n};\n`,
    ].join('');
  }

  private member(member: Member): string {
    const type = this.reference(member.type, this.model.memberForm(member));
    return `${member.optional ? 'optional' : 'required'}(${quote(member.name)}, ${type})`;
  }

  private reference(type: Type, form?: Form): string {
    if (form === 'base64') return this.primitive('base64', "d.PlainType = { kind: 'base64' }");
    if (type.kind === 'array') return `list(${this.reference(type.of)})`;
    if (type.kind !== 'builtin') return type.name;
    const width = integerWidth(type.name);
    if (width === undefined) {
      const kind = type.name === 'QType' ? 'str' : type.name;
      return this.primitive(kind, `d.PlainType = { kind: ${quote(kind)} }`);
    }
    const wide = form === 'bigint';
    return this.primitive(
      `${width}${wide ? 'Wide' : ''}`,
      `d.IntType = { kind: 'int', width: ${quote(width)}, wide: ${wide} }`,
    );
  }

  private primitive(kind: string, definition: string): string {
    // `null` and `number` would be poor names for constants.
    const name = kind === 'null' || kind === 'number' || kind === 'any' ? `${kind}Type` : kind;
    this.usedPrimitives.set(name, `const ${name}: ${definition};\n`);
    return name;
  }
}

/** A constant on one line if that fits, else with one line per property. */
function constant(
  head: string,
  kind: string,
  name: string,
  lists: readonly { readonly label: string; readonly items: readonly string[] }[],
): string {
  const tags = [`kind: ${quote(kind)}`, `name: ${quote(name)}`];
  const properties = [...tags, ...lists.map(({ label, items }) => `${label}: [${items.join(', ')}]`)];
  const oneLine = `${head} = { ${properties.join(', ')} };`;
  if (oneLine.length <= 120) return `${oneLine}\n`;
  const filled = lists.map(({ label, items }) => fill(`${label}: [`, items, '],', '  '));
  return `${[`${head} = {`, ...tags.map((tag) => `  ${tag},`), ...filled, '};'].join('\n')}\n`;
}

function integerWidth(name: BuiltinName): string | undefined {
  if (name === 'int') return 'int64';
  if (name === 'size') return 'uint64';
  return name.includes('int') ? name : undefined;
}

/** Every type behind those it mentions. Throws SchemaError for a circle, which constants cannot express. */
function inDependencyOrder(types: readonly NamedType[]): NamedType[] {
  const done = new Set<NamedType>();
  const open = new Set<NamedType>();
  const visit = (type: NamedType): void => {
    if (done.has(type)) return;
    if (open.has(type))
      throw type.scope.error(type.position, `'${type.name}' contains itself, which tables cannot express`);
    open.add(type);
    for (const next of typesIn(type)) visit(next);
    done.add(type);
  };
  for (const type of types) visit(type);
  return [...done];
}
