import type { ByteKernels } from './bytes.js';
import type { TypeRef } from './descriptor.js';
import { inDictOrder } from './dict-order.js';
import { AgentError } from './errors.js';
import { JsonPrinter } from './printer.js';
import { AsciiText, isJsonString, type JsonObject, type JsonValue } from './value.js';

/** A request object, checked for its shape only. */
export interface Request {
  readonly execute: string;
  readonly arguments: JsonObject;
  /** what the reply must repeat; undefined when the request has none */
  readonly id: JsonValue | undefined;
}

/** The id of what may be a request, to be repeated in an error reply. */
export function requestId(value: JsonValue): JsonValue | undefined {
  return value instanceof Map ? value.get('id') : undefined;
}

/**
 * Checks the shape of a request in QEMU's order: members first, in dictionary order, then what is missing.
 * @throws AgentError with QEMU's words
 */
export function readRequest(value: JsonValue): Request {
  if (!(value instanceof Map)) throw new AgentError('QMP input must be a JSON object');
  for (const [name, member] of inDictOrder(value)) checkMember(name, member);
  const execute = value.get('execute');
  if (!isJsonString(execute)) throw new AgentError("QMP input lacks member 'execute'");
  const args = value.get('arguments');
  return {
    // a name longer than any command's is not looked at, only quoted in part
    execute: execute instanceof AsciiText ? '(a name of ' + String(execute.length) + ' characters)' : execute,
    arguments: args instanceof Map ? args : new Map<string, JsonValue>(),
    id: value.get('id'),
  };
}

function checkMember(name: string, member: JsonValue): void {
  if (name === 'execute') {
    if (!isJsonString(member)) throw new AgentError("QMP input member 'execute' must be a string");
  } else if (name === 'arguments') {
    if (!(member instanceof Map)) throw new AgentError("QMP input member 'arguments' must be an object");
  } else if (name !== 'id') throw new AgentError(`QMP input member '${name}' is unexpected`);
}

const LF = '\n';

/** The line that answers a request; `returns` is the schema's type of `value`. */
export function successReply(
  kernels: ByteKernels,
  returns: TypeRef,
  value: unknown,
  id: JsonValue | undefined,
): Uint8Array[] {
  const printer = new JsonPrinter(kernels).raw('{"return": ').typed(returns, value);
  if (id !== undefined) printer.raw(', "id": ').json(id);
  return printer.raw('}' + LF).take();
}

/** The line that refuses a request, or reports a broken one (without id). */
export function errorReply(kernels: ByteKernels, error: AgentError, id: JsonValue | undefined): Uint8Array[] {
  const printer = new JsonPrinter(kernels).raw('{');
  if (id !== undefined) printer.raw('"id": ').json(id).raw(', ');
  printer.raw(`"error": {"class": "${error.errorClass}", "desc": `).json(error.message);
  return printer.raw('}}' + LF).take();
}
