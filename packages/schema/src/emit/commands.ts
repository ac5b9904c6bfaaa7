import type { Command } from '../schema.js';
import { argumentsName } from './model.js';
import type { Model } from './model.js';
import { docComment, fill, HEADER, memberText, paragraphs, plain, propertyName, quote, sectionText } from './text.js';
import { typeScript } from './types.js';

/** generated/commands.ts: from command names to the types of arguments and return. `platform` is the one of our agent. */
export function emitCommands(model: Model, platform: string): string {
  const missing = model.commands.filter((command) => model.platforms(command.condition)?.includes(platform) === false);
  const unavailable = missing.map((command) => quote(command.name)).join(' | ') || 'never';
  return [
    HEADER,
    importLine(model),
    docComment('No members at all. Not `{}`, which any value but null and undefined fits.'),
    'export type NoMembers = Record<string, never>;\n\n',
    docComment('All commands of the protocol, in the order of registration.'),
    'export interface Commands {\n',
    model.commands.map((command) => emitCommand(command, model)).join('\n'),
    '}\n\nexport type CommandName = keyof Commands;\n\n',
    docComment(`Commands that do not exist on ${platform}.`),
    `export type UnavailableOn${platform} = ${unavailable};\n`,
  ].join('');
}

function importLine(model: Model): string {
  const used = new Set<string>();
  for (const command of model.commands) {
    const name = argumentsName(command);
    if (name !== undefined) used.add(name);
    for (const type of returnTypes(command)) used.add(type);
  }
  return used.size === 0 ? '\n' : `${fill('import type { ', [...used].sort(), " } from './types.js';")}\n\n`;
}

function returnTypes(command: Command): string[] {
  let type = command.returns;
  while (type?.kind === 'array') type = type.of;
  return type === undefined || type.kind === 'builtin' ? [] : [type.name];
}

function emitCommand(command: Command, model: Model): string {
  const returns = command.returns === undefined ? 'NoMembers' : typeScript(command.returns, model.returnForm(command));
  const types = `{ arguments: ${argumentsName(command) ?? 'NoMembers'}; return: ${returns} }`;
  return `${docComment(commandDoc(command), '  ')}  ${propertyName(command.name)}: ${types};\n`;
}

function commandDoc(command: Command): string {
  const { doc } = command;
  const items = command.arguments.map((member) => ({ name: member.name, text: memberText(doc, member.name) }));
  const described = items.filter(({ text }) => text !== '');
  const list = described.map(({ name, text }) => `- \`${name}\`: ${text.replaceAll('\n', '\n  ')}`).join('\n');
  const errors = sectionText(doc, 'errors');
  const since = sectionText(doc, 'since');
  return plain(
    paragraphs(
      sectionText(doc, 'text', 'note'),
      list,
      labelled('Returns: ', sectionText(doc, 'returns')),
      labelled(errors.startsWith('- ') ? 'Errors:\n' : 'Errors: ', errors),
      command.successResponse ? '' : 'No reply is sent on success.',
    ),
  )
    .concat(since === '' ? '' : `\n\n@since ${since}`)
    .trim();
}

function labelled(label: string, text: string): string {
  return text === '' ? '' : label + text;
}
