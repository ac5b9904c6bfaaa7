import type { CommandName, CommandTable, Member } from '@qga/protocol';
import { docs } from '@qga/protocol/docs';
import { shortName } from './command-line.js';
import { EXIT_CODES } from './exit-codes.js';
import { GLOBAL_HELP } from './globals.js';
import { GROUPS } from './groups.js';
import { table, wrap, wrapAll } from './text.js';
import { isSwitch, placeholder } from './values.js';

const VALUES =
  'A list is given by repeating its option, or as one JSON array. A switch may stand alone (--reset) or with a value ' +
  '(--reset=false). Bytes are given as base64, as @FILE, or as @- for standard input; they are printed as base64. ' +
  'The output is one line of JSON, or indented on a terminal.';

/** The text of `qga call --help`. */
export function commandList(): string {
  const parts = [
    'Usage: qga call COMMAND [--ARGUMENT VALUE]...\n       qga call COMMAND --help',
    wrap(
      "Runs one command of the guest agent's protocol. A name that begins with guest- needs no `call` before it.",
      0,
    ),
    ...commandLists(),
    wrap(VALUES, 0),
    `Options:\n${table(GLOBAL_HELP)}`,
    `Exit codes:\n${table(Object.entries(EXIT_CODES))}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandLists(): string[] {
  const names = Object.keys(GROUPS) as CommandName[];
  return [...new Set(Object.values(GROUPS))].map((group) => {
    const rows = names
      .filter((name) => GROUPS[name] === group)
      .map((name) => [shortName(name), docs[name].summary] as const);
    return `${group}:\n${table(rows)}`;
  });
}

/** The text of `qga COMMAND --help`. */
export function commandHelp({ name, arguments: { members }, successResponse }: CommandTable): string {
  const { summary, text, arguments: argumentDocs, returns, errors, since } = docs[name];
  const rows = members.map(
    (member) => [optionName(member), optionText(member, argumentDocs[member.name]?.text ?? '')] as const,
  );
  const parts = [
    wrap(`${name}: ${summary}`, 2),
    wrap([`Usage: qga call ${shortName(name)}`, ...members.map(usage)].join(' '), 7).replaceAll(GLUE, ' '),
    ...(text === '' ? [] : [wrapAll(text)]),
    ...(rows.length === 0 ? [] : [`Options:\n${table(rows, 24)}`]),
    ...(returns === '' ? [] : [wrap(`Prints: ${returns}`, 2)]),
    ...(successResponse ? [] : [wrap(NO_REPLY, 0)]),
    ...(errors === '' ? [] : [`Errors:\n${wrapAll(errors)}`]),
    `Since QEMU ${since}.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Stands for a space where a line must not be broken. */
const GLUE = '\u00a0';

const NO_REPLY =
  'The agent answers only when this fails: qga succeeds when the connection ends, or after five seconds (or --timeout) without an answer.';

function optionName({ name, type }: Member): string {
  return isSwitch(type) ? `--${name}[=${placeholder(type)}]` : `--${name} ${placeholder(type)}`;
}

function usage(member: Member): string {
  const option = optionName(member) + (member.type.kind === 'array' ? '...' : '');
  return (member.optional ? `[${option}]` : option).replaceAll(' ', GLUE);
}

function optionText({ type, optional }: Member, text: string): string {
  const notes = [...(optional ? [] : ['required']), ...(type.kind === 'array' ? ['may be repeated'] : [])];
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}
