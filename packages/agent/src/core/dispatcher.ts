import {
  AgentError,
  commandTables,
  errorReply,
  readRequest,
  readTyped,
  requestId,
  successReply,
  type ByteKernels,
  type CommandName,
  type CommandTable,
  type Frame,
  type JsonValue,
  type OutputPart,
  type Reading,
  type Request,
} from '@qga/protocol';
import type { AuditEntry, Auditor } from './auditor.js';
import type { Caller } from './caller.js';
import type { Command } from './command.js';
import type { Context } from './context.js';

/** Byte in front of the reply to guest-sync-delimited. */
const DELIMITER = Uint8Array.of(0xff);

/** A reply, ready to be sent; undefined where the protocol wants silence. */
export type Reply = readonly OutputPart[] | undefined;

type AnyCommand = Command & {
  readonly table: CommandTable;
  /** the reply to a request without id, when it is always the same */
  readonly acknowledgement: Reply;
};

/** A call that is under way, for when it fails or takes its time. */
interface Call {
  /** undefined when it could not be read */
  readonly message: JsonValue | undefined;
  readonly caller: Caller | undefined;
  readonly entry: AuditEntry | undefined;
}

/** Turns requests into replies. It is the one place where policy, argument checks and error replies happen. */
export class Dispatcher {
  readonly #context: Context;
  readonly #kernels: ByteKernels;
  readonly #commands = new Map<string, AnyCommand>();
  readonly #reading: Reading;
  readonly #auditor: Auditor | undefined;

  /**
   * @param commands by name; the caller's type checked that each fits its schema
   * @param auditor writes down what is asked for
   */
  constructor(context: Context, commands: Readonly<Record<string, Command>>, auditor?: Auditor) {
    this.#context = context;
    this.#auditor = auditor;
    this.#kernels = context.platform.kernels;
    this.#reading = {
      kernels: this.#kernels,
      unknownMembers: 'refuse',
      base64: 'keep',
      largeIntegers: 'bigint',
    };
    for (const [name, command] of Object.entries(commands)) {
      const table = commandTables[name as CommandName];
      this.#commands.set(name, { ...command, table, acknowledgement: acknowledgement(this.#kernels, table) });
    }
  }

  /**
   * Answers whatever the framer found: at once when the command does, so that a small request costs no promise. Never throws or
   * rejects: a fault of ours is an error reply and a log line.
   */
  answer(frame: Frame, caller?: Caller): Reply | Promise<Reply> {
    const entry = this.#auditor?.begin(frame, caller);
    if (frame.kind === 'broken') {
      return this.#fail(new AgentError(frame.reason), { message: undefined, caller, entry });
    }
    try {
      const request = readRequest(frame.value);
      const command = this.#permitted(request);
      const args = readTyped(this.#reading, command.table.arguments, request.arguments, '');
      const value = command.run(args as Parameters<Command['run']>[0], this.#context);
      if (value instanceof Promise) {
        return this.#finish(command, request, value, { message: frame.value, caller, entry });
      }
      const reply = this.#succeed(command, request, value);
      entry?.end(undefined);
      return reply;
    } catch (error) {
      return this.#fail(error, { message: frame.value, caller, entry });
    }
  }

  /** Answers a request that is not even looked at. @param error why */
  refuse(frame: Frame, error: AgentError, caller?: Caller): Reply {
    const message = frame.kind === 'message' ? frame.value : undefined;
    return this.#fail(error, { message, caller, entry: this.#auditor?.begin(frame, caller) });
  }

  /** @throws AgentError when there is no such command, or it may not be called now */
  #permitted(request: Request): AnyCommand {
    const command = this.#commands.get(request.execute);
    if (command === undefined) {
      throw new AgentError(`The command ${request.execute} has not been found`, 'CommandNotFound');
    }
    this.#context.policy.check(request.execute);
    return command;
  }

  async #finish(command: AnyCommand, request: Request, value: Promise<unknown>, call: Call): Promise<Reply> {
    try {
      const reply = this.#succeed(command, request, await value);
      call.entry?.end(undefined);
      return reply;
    } catch (error) {
      return this.#fail(error, call);
    }
  }

  #succeed({ table, delimited, acknowledgement }: AnyCommand, { id }: Request, value: unknown): Reply {
    if (!table.successResponse) return undefined;
    if (id === undefined && acknowledgement !== undefined) return acknowledgement;
    const reply = successReply(this.#kernels, table.returns, value, id);
    return delimited === true ? [DELIMITER, ...reply] : reply;
  }

  #fail(error: unknown, call: Call): Reply {
    const told = this.#asReply(error, call);
    call.entry?.end(told);
    return errorReply(this.#kernels, told, requestId(call.message));
  }

  #asReply(error: unknown, { caller, message }: Call): AgentError {
    if (error instanceof AgentError) return error;
    const { log } = this.#context;
    const name = message instanceof Map ? message.get('execute') : undefined;
    const reason = error instanceof Error ? error.message : String(error);
    const whose = caller === undefined ? '' : ` of ${caller.peer}`;
    log.write('error', `${typeof name === 'string' ? name : 'request'}${whose}: internal error: ${reason}`);
    if (error instanceof Error && error.stack !== undefined) log.write('debug', error.stack);
    return new AgentError(`internal error: ${reason}`);
  }
}

/** What a command without anything to return answers; undefined for all others. */
function acknowledgement(kernels: ByteKernels, { returns }: CommandTable): Reply {
  const isEmpty = returns.kind === 'struct' && returns.members.length === 0;
  return isEmpty ? successReply(kernels, returns, {}, undefined) : undefined;
}
