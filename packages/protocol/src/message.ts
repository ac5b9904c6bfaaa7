import type { ByteKernels } from './bytes.js';
import type { TypeRef } from './descriptor.js';
import { inDictOrder } from './dict-order.js';
import { AgentError } from './errors.js';
import type { OutputPart } from './payload.js';
import { JsonPrinter } from './printer.js';
import { isJsonString, type JsonObject, type JsonValue } from './value.js';

/** A request object, checked for its shape only. */
export interface Request {
  readonly execute: string;
  readonly arguments: JsonObject;
  /** what the reply must repeat; undefined when the request has none */
  readonly id: JsonValue | undefined;
}

/** The id of what may be a request, to be repeated in an error reply. */
export function requestId(value: JsonValue | undefined): JsonValue | undefined {
  return value instanceof Map ? value.get('id') : undefined;
}

/**
 * Checks the shape of a request in QEMU's order: members first, in dictionary order, then what is missing.
 * @throws AgentError with QEMU's words
 */
export function readRequest(value: JsonValue): Request {
  if (!(value instanceof Map)) throw new AgentError('QMP input must be a JSON object');
  const execute = value.get('execute');
  const args = value.get('arguments');
  const id = value.get('id');
  const known = (execute === undefined ? 0 : 1) + (args === undefined ? 0 : 1) + (id === undefined ? 0 : 1);
  const isRequest = isJsonString(execute) && known === value.size && (args === undefined || args instanceof Map);
  if (!isRequest) throw firstFault(value);
  return {
    // a name longer than any command's is not looked at, only quoted in part
    execute: typeof execute === 'string' ? execute : '(a name of ' + String(execute.length) + ' characters)',
    arguments: args ?? new Map<string, JsonValue>(),
    id,
  };
}

/** What QEMU says of an object that is no request. */
function firstFault(value: JsonObject): AgentError {
  for (const [name, member] of inDictOrder(value)) {
    const fault = memberFault(name, member);
    if (fault !== undefined) return new AgentError(`QMP input member '${name}' ${fault}`);
  }
  return new AgentError("QMP input lacks member 'execute'");
}

function memberFault(name: string, member: JsonValue): string | undefined {
  if (name === 'execute') return isJsonString(member) ? undefined : 'must be a string';
  if (name === 'arguments') return member instanceof Map ? undefined : 'must be an object';
  return name === 'id' ? undefined : 'is unexpected';
}

const LF = '\n';

/** The line that answers a request; `returns` is the schema's type of `value`. */
export function successReply(
  kernels: ByteKernels,
  returns: TypeRef,
  value: unknown,
  id: JsonValue | undefined,
): OutputPart[] {
  const printer = new JsonPrinter(kernels).raw('{"return": ').typed(returns, value);
  if (id !== undefined) printer.raw(', "id": ').json(id);
  return printer.raw('}' + LF).takeParts();
}

/** The line that refuses a request, or reports a broken one (without id). */
export function errorReply(kernels: ByteKernels, error: AgentError, id: JsonValue | undefined): Uint8Array[] {
  const printer = new JsonPrinter(kernels).raw('{');
  if (id !== undefined) printer.raw('"id": ').json(id).raw(', ');
  printer.raw(`"error": {"class": "${error.errorClass}", "desc": `).json(error.message);
  return printer.raw('}}' + LF).take();
}
