import { typeText } from '../schema.js';
import type { Command, Member, Type } from '../schema.js';
import type { Form } from '../exceptions.js';
import type { Model } from './model.js';
import {
  docComment,
  firstSentence,
  HEADER,
  memberText,
  plain,
  propertyName,
  quote,
  sectionText,
  unwrap,
} from './text.js';

const INTERFACES = `export interface ArgumentDoc {
  type: string;
  optional: boolean;
  text: string;
}

export interface CommandDoc {
  /** The first sentence; \`text\` is the rest. */
  summary: string;
  text: string;
  arguments: Readonly<Record<string, ArgumentDoc>>;
  returns: string;
  errors: string;
  since: string;
}
`;

/** generated/docs.ts: documentation for \`--help\`. One line per paragraph: whoever prints it breaks the lines. */
export function emitDocs(model: Model): string {
  return [
    HEADER,
    "import type { CommandName } from './commands.js';\n\n",
    INTERFACES,
    '\n',
    docComment('Texts have one line per paragraph or list item; lists begin with `- `; literals are in backquotes.'),
    'export const docs: Readonly<Record<CommandName, CommandDoc>> = {\n',
    ...model.commands.map((command) => emitCommand(command, model)),
    '};\n',
  ].join('');
}

function emitCommand(command: Command, model: Model): string {
  const { doc } = command;
  const whole = prose(sectionText(doc, 'text', 'note'));
  const summary = firstSentence(whole);
  const members = command.arguments.map((member) => emitArgument(member, command, model));
  return [
    `  ${propertyName(command.name)}: {\n`,
    `    summary: ${quote(summary)},\n`,
    `    text: ${quote(whole.slice(summary.length).trim())},\n`,
    members.length === 0 ? '    arguments: {},\n' : `    arguments: {\n${members.join('')}    },\n`,
    `    returns: ${quote(prose(sectionText(doc, 'returns')))},\n`,
    `    errors: ${quote(prose(sectionText(doc, 'errors')))},\n`,
    `    since: ${quote(sectionText(doc, 'since'))},\n`,
    '  },\n',
  ].join('');
}

function emitArgument(member: Member, command: Command, model: Model): string {
  const doc = (command.argumentsType ?? command).doc;
  const parts = [
    `type: ${quote(shortType(member.type, model.memberForm(member)))}`,
    `optional: ${member.optional}`,
    `text: ${quote(prose(memberText(doc, member.name)))}`,
  ];
  return `      ${propertyName(member.name)}: { ${parts.join(', ')} },\n`;
}

function prose(text: string): string {
  return unwrap(plain(text));
}

/** What a person has to type: enums by their values, alternates by their branches, the rest by name. */
function shortType(type: Type, form?: Form): string {
  if (form === 'base64') return 'base64';
  if (type.kind === 'array') return `[${shortType(type.of)}]`;
  if (type.kind === 'enum') return type.values.map((value) => value.name).join('|');
  if (type.kind === 'alternate') return type.branches.map((branch) => shortType(branch.type)).join('|');
  return typeText(type);
}
