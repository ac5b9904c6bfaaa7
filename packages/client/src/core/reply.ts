import {
  AgentError,
  AsciiText,
  JsonPrinter,
  readTyped,
  type ByteKernels,
  type CommandTable,
  type Frame,
  type JsonValue,
} from '@qga/protocol';
import { CommandError, ProtocolError } from './errors.js';
import { DESC_LIMIT, REASON_LIMIT } from './limits.js';

/**
 * @returns the bytes of a request
 * @throws TypeError when the arguments are not of the schema's type
 */
export function printRequest(
  kernels: ByteKernels,
  table: CommandTable,
  args: Readonly<Record<string, unknown>>,
): Uint8Array[] {
  const stranger = Object.keys(args).find((name) => !table.arguments.members.some((member) => member.name === name));
  if (stranger !== undefined) throw new TypeError(`${table.name} has no argument '${stranger}'`);
  for (const { name, optional } of table.arguments.members) {
    if (!optional && args[name] === undefined) throw new TypeError(`${table.name} needs the argument '${name}'`);
  }
  const printer = new JsonPrinter(kernels).raw(`{"execute": "${table.name}"`);
  // old agents' clients left empty arguments out, so all agents take that
  const empty = Object.values(args).every((value) => value === undefined);
  if (!empty) printer.raw(', "arguments": ').typed(table.arguments, args);
  return printer.raw('}\n').take();
}

/**
 * Reads a reply as the hostile text that it may be: what comes out is made of new objects with the schema's members only.
 * @returns the value, of the type that the schema promises
 * @throws CommandError when the agent said no
 * @throws ProtocolError when it is not a reply to this command
 */
export function readReply(kernels: ByteKernels, table: CommandTable, frame: Frame): unknown {
  if (frame.kind === 'broken') throw nonsense(table, frame.reason);
  const reply = frame.value;
  if (!(reply instanceof Map)) throw nonsense(table, 'it is not an object');
  const error = reply.get('error');
  if (error instanceof Map) {
    throw new CommandError(table.name, text(kernels, error.get('class')), text(kernels, error.get('desc')));
  }
  const value = reply.get('return');
  if (value === undefined) throw nonsense(table, 'it has neither a value nor an error');
  try {
    const reading = { kernels, unknownMembers: 'ignore', base64: 'decode', largeIntegers: 'refuse' } as const;
    return readTyped(reading, table.returns, value, 'return');
  } catch (misfit) {
    if (misfit instanceof AgentError) throw nonsense(table, misfit.message);
    throw misfit;
  }
}

function nonsense(table: CommandTable, reason: string): ProtocolError {
  return new ProtocolError(`the reply to ${table.name} makes no sense: ${reason.slice(0, REASON_LIMIT)}`);
}

/** Text of an error reply; empty when there is none, as in replies of the very first agents. */
function text(kernels: ByteKernels, value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.slice(0, DESC_LIMIT);
  if (!(value instanceof AsciiText)) return '';
  const first = value.parts[0] ?? new Uint8Array(0);
  return kernels.asciiToText(first.subarray(0, DESC_LIMIT));
}
