import { readFile } from 'node:fs/promises';
import { nodeEnvironment } from '@qga/client';
import { AgentError, readTyped, type CommandTable, type Member, type TypeRef } from '@qga/protocol';
import { parseJson } from './json.js';
import { UsageError } from './usage-error.js';

/** An option as it was given: the texts of its occurrences, in order. A lone `--reset` gives the text `true`. */
export type GivenOptions = ReadonlyMap<string, readonly string[]>;

/**
 * Turns options into the arguments of a command.
 * @throws UsageError when one is missing or does not fit its type
 */
export async function readArguments(table: CommandTable, given: GivenOptions): Promise<Record<string, unknown>> {
  const missing = table.arguments.members.filter(({ name, optional }) => !optional && !given.has(name));
  if (missing.length > 0) {
    throw new UsageError(`${table.name} needs ${missing.map(({ name }) => `--${name}`).join(' and ')}`);
  }
  const args: Record<string, unknown> = {};
  for (const member of table.arguments.members) {
    const texts = given.get(member.name);
    if (texts !== undefined) args[member.name] = await readOption(member, texts);
  }
  return args;
}

async function readOption({ name, type }: Member, texts: readonly string[]): Promise<unknown> {
  const [text = '', ...more] = texts;
  if (type.kind === 'array') {
    if (more.length === 0 && text.startsWith('[')) return readJson(name, type, text);
    return Promise.all(texts.map((item) => readText(name, type.of, item)));
  }
  if (more.length > 0) throw new UsageError(`--${name} is given more than once`);
  return readText(name, type, text);
}

async function readText(name: string, type: TypeRef, text: string): Promise<unknown> {
  if (type.kind === 'base64') return readBytes(name, text);
  if (type.kind === 'struct' || type.kind === 'union' || type.kind === 'array') return readJson(name, type, text);
  const value = scalar(type, text);
  if (value === undefined) throw new UsageError(`--${name} wants ${describe(type)}, not '${text}'`);
  return value;
}

/** The value of a word, or undefined when it does not fit. */
function scalar(type: TypeRef, text: string): unknown {
  switch (type.kind) {
    case 'int': {
      if (!/^-?\d+$/.test(text)) return undefined;
      const number = Number(text);
      return type.wide || !Number.isSafeInteger(number) ? BigInt(text) : number;
    }
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'enum':
      return type.values.includes(text) ? text : undefined;
    case 'alternate':
      return type.branches.map((branch) => scalar(branch, text)).find((value) => value !== undefined);
    default:
      return text;
  }
}

function readJson(name: string, type: TypeRef, text: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new UsageError(`--${name} wants ${describe(type)}, and this is not JSON: ${text}`);
  try {
    const reading = {
      kernels: nodeEnvironment.kernels,
      unknownMembers: 'refuse',
      base64: 'decode',
      largeIntegers: 'bigint',
    } as const;
    return readTyped(reading, type, value, name);
  } catch (error) {
    if (error instanceof AgentError) throw new UsageError(`--${name}: ${error.message}`);
    throw error;
  }
}

async function readBytes(name: string, text: string): Promise<Uint8Array> {
  if (text === '@-') return readStandardInput();
  if (text.startsWith('@')) {
    try {
      return await readFile(text.slice(1));
    } catch (error) {
      throw new UsageError(`--${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const bytes = nodeEnvironment.kernels.decodeBase64([Buffer.from(text)]);
  if (bytes === undefined) throw new UsageError(`--${name} wants ${describe({ kind: 'base64' })}, not '${text}'`);
  return bytes;
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** @returns what an option wants, to be said after «wants» */
function describe(type: TypeRef): string {
  switch (type.kind) {
    case 'int':
      return 'an integer';
    case 'number':
      return 'a number';
    case 'bool':
      return 'true or false';
    case 'enum':
      return `one of ${type.values.join(', ')}`;
    case 'alternate':
      return type.branches.map(describe).join(' or ');
    case 'base64':
      return 'base64, @FILE or @- for standard input';
    case 'array':
      return 'a JSON array';
    case 'struct':
    case 'union':
      return 'a JSON object';
    default:
      return 'text';
  }
}

/** Whether the option may stand without a value, for `true`. */
export function isSwitch(type: TypeRef): boolean {
  return type.kind === 'bool' || (type.kind === 'alternate' && type.branches.some(isSwitch));
}

/** @returns what the help writes for an option's value: `TEXT`, `set|cur|end` … */
export function placeholder(type: TypeRef): string {
  switch (type.kind) {
    case 'int':
      return 'INTEGER';
    case 'number':
      return 'NUMBER';
    case 'bool':
      return 'true|false';
    case 'enum':
      return type.values.join('|');
    case 'alternate':
      return type.branches.map(placeholder).join('|');
    case 'base64':
      return 'BASE64|@FILE';
    case 'array':
      return placeholder(type.of);
    case 'struct':
    case 'union':
      return 'JSON';
    default:
      return 'TEXT';
  }
}
