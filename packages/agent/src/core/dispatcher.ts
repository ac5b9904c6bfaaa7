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
  type Reading,
  type Request,
} from '@qga/protocol';
import type { Command } from './command.js';
import type { Context } from './context.js';

/** Byte in front of the reply to guest-sync-delimited. */
const DELIMITER = Uint8Array.of(0xff);

/** A reply, ready to be sent; undefined where the protocol wants silence. */
export type Reply = readonly Uint8Array[] | undefined;

type AnyCommand = Command & {
  readonly table: CommandTable;
  /** the reply to a request without id, when it is always the same */
  readonly acknowledgement: Reply;
};

/** Turns requests into replies. It is the one place where policy, argument checks and error replies happen. */
export class Dispatcher {
  readonly #context: Context;
  readonly #kernels: ByteKernels;
  readonly #commands = new Map<string, AnyCommand>();
  readonly #reading: Reading;

  /** @param commands by name; the caller's type checked that each fits its schema */
  constructor(context: Context, commands: Readonly<Record<string, Command>>) {
    this.#context = context;
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
  answer(frame: Frame): Reply | Promise<Reply> {
    if (frame.kind === 'broken') return errorReply(this.#kernels, new AgentError(frame.reason), undefined);
    try {
      const request = readRequest(frame.value);
      const command = this.#permitted(request);
      const args = readTyped(this.#reading, command.table.arguments, request.arguments, '');
      const value = command.run(args as Parameters<Command['run']>[0], this.#context);
      return value instanceof Promise
        ? this.#finish(command, request, value, frame.value)
        : this.#succeed(command, request, value);
    } catch (error) {
      return this.#fail(error, frame.value);
    }
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

  async #finish(command: AnyCommand, request: Request, value: Promise<unknown>, message: JsonValue): Promise<Reply> {
    try {
      return this.#succeed(command, request, await value);
    } catch (error) {
      return this.#fail(error, message);
    }
  }

  #succeed({ table, delimited, acknowledgement }: AnyCommand, { id }: Request, value: unknown): Reply {
    if (!table.successResponse) return undefined;
    if (id === undefined && acknowledgement !== undefined) return acknowledgement;
    const reply = successReply(this.#kernels, table.returns, value, id);
    return delimited === true ? [DELIMITER, ...reply] : reply;
  }

  #fail(error: unknown, message: JsonValue): Reply {
    return errorReply(this.#kernels, this.#asReply(error, message), requestId(message));
  }

  #asReply(error: unknown, request: JsonValue): AgentError {
    if (error instanceof AgentError) return error;
    const { log } = this.#context;
    const name = request instanceof Map ? request.get('execute') : undefined;
    const reason = error instanceof Error ? error.message : String(error);
    log.write('error', `${typeof name === 'string' ? name : 'request'}: internal error: ${reason}`);
    if (error instanceof Error && error.stack !== undefined) log.write('debug', error.stack);
    return new AgentError(`internal error: ${reason}`);
  }
}

/** What a command without anything to return answers; undefined for all others. */
function acknowledgement(kernels: ByteKernels, { returns }: CommandTable): Reply {
  const isEmpty = returns.kind === 'struct' && returns.members.length === 0;
  return isEmpty ? successReply(kernels, returns, {}, undefined) : undefined;
}
