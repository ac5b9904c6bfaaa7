import type { Form } from '../exceptions.js';
import { allMembers, tagValues } from '../schema.js';
import type { BuiltinName, Command, Member, NamedType, Type, UnionType } from '../schema.js';
import { argumentsName, unionCases } from './model.js';
import type { Model } from './model.js';
import { docComment, HEADER, memberText, paragraphs, plain, propertyName, quote, sectionText } from './text.js';
import type { DocBlock } from '../doc.js';

/** generated/types.ts: an interface or union per type and per argument list. */
export function emitTypes(model: Model): string {
  const parts = model.entities.map((entity) =>
    entity.kind === 'command' ? emitArguments(entity, model) : emitType(entity, model),
  );
  const note =
    '// Members that are base64 on the wire are bytes here; integers are numbers unless they need 64 bits.\n';
  return [HEADER + note, ...parts.filter((part) => part !== '')].join('\n');
}

/** The TypeScript type of a value; `form` where exceptions.json gives one. */
export function typeScript(type: Type, form?: Form): string {
  if (form !== undefined) return form === 'base64' ? 'Uint8Array' : 'bigint';
  if (type.kind === 'builtin') return builtin(type.name);
  if (type.kind !== 'array') return type.name;
  return `${typeScript(type.of)}[]`;
}

function builtin(name: BuiltinName): string {
  if (name === 'str' || name === 'QType') return 'string';
  if (name === 'bool') return 'boolean';
  if (name === 'any') return 'unknown';
  return name === 'null' ? 'null' : 'number';
}

function emitArguments(command: Command, model: Model): string {
  const name = argumentsName(command);
  if (name === undefined || command.argumentsType !== undefined) return '';
  return `${docComment(`Arguments of \`${command.name}\`.`)}${emitInterface(name, command.arguments, command.doc, model)}`;
}

function emitType(type: NamedType, model: Model): string {
  const since = sectionText(type.doc, 'since');
  const text = plain(sectionText(type.doc, 'text', 'note'));
  const head = docComment(paragraphs(text, valueDocs(type), since === '' ? '' : `@since ${since}`));
  switch (type.kind) {
    case 'struct':
      return head + emitInterface(type.name, allMembers(type), type.doc, model);
    case 'enum':
      return (
        head +
        emitUnionType(
          type.name,
          type.values.map((value) => quote(value.name)),
        )
      );
    case 'alternate':
      return (
        head +
        emitUnionType(
          type.name,
          type.branches.map((branch) => typeScript(branch.type)),
        )
      );
    case 'union':
      return head + emitUnionType(type.name, casesOf(type, model));
  }
}

/** Values and branches have no place of their own for a comment, so the type's comment lists them. */
function valueDocs(type: NamedType): string {
  const parts = type.kind === 'enum' ? type.values : type.kind === 'alternate' ? type.branches : [];
  const lines = parts.map((part) => ({ name: part.name, text: memberText(type.doc, part.name) }));
  return lines
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => `- \`${name}\`: ${plain(text).replaceAll('\n', '\n  ')}`)
    .join('\n');
}

function emitInterface(name: string, members: readonly Member[], doc: DocBlock | undefined, model: Model): string {
  if (members.length === 0) return `export type ${name} = Record<string, never>;\n`;
  const lines = members.map((member) => {
    const comment = docComment(plain(memberText(doc, member.name)), '  ');
    return `${comment}  ${memberCode(member, model)};\n`;
  });
  return `export interface ${name} {\n${lines.join('')}}\n`;
}

function memberCode(member: Member, model: Model): string {
  const type = typeScript(member.type, model.memberForm(member));
  return `${propertyName(member.name)}${member.optional ? '?' : ''}: ${type}`;
}

function emitUnionType(name: string, alternatives: readonly string[]): string {
  const oneLine = `export type ${name} = ${alternatives.join(' | ') || 'never'};\n`;
  if (oneLine.length <= 121) return oneLine;
  return `export type ${name} =\n${alternatives.map((alternative) => `  | ${alternative}`).join('\n')};\n`;
}

/** Branches with members one by one, then all values without as one alternative. */
function casesOf(union: UnionType, model: Model): string[] {
  const tag = union.members.find((member) => member.name === union.tag);
  const others = union.members.filter((member) => member !== tag).map((member) => memberCode(member, model));
  const object = (type: string): string => `{ ${[`${propertyName(union.tag)}: ${type}`, ...others].join('; ')} }`;
  const full = unionCases(union).flatMap(({ value, branch }) => (branch === undefined ? [] : [{ value, branch }]));
  const alternatives = full.map(({ value, branch }) => `${object(quote(value))} & ${branch.type.name}`);
  if (tag === undefined || full.length === tagValues(union).length) return alternatives;
  const taken = full.map(({ value }) => quote(value)).join(' | ');
  const all = typeScript(tag.type);
  return [...alternatives.map((code) => `(${code})`), object(taken === '' ? all : `Exclude<${all}, ${taken}>`)];
}
