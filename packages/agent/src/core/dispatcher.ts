import {
  AgentError,
  commandTables,
  errorReply,
  readRequest,
  readTyped,
  requestId,
  successReply,
  type CommandName,
  type CommandTable,
  type Frame,
  type JsonValue,
  type Reading,
  type Request,
} from '@qga/protocol';
import type { Caller } from './caller.js';
import type { Command } from './command.js';
import type { Context } from './context.js';

/** Byte in front of the reply to guest-sync-delimited. */
const DELIMITER = Uint8Array.of(0xff);

/** A reply, ready to be sent; undefined where the protocol wants silence. */
export type Reply = readonly Uint8Array[] | undefined;

type AnyCommand = Command & { readonly table: CommandTable };

/** Turns requests into replies. It is the one place where policy, argument checks and error replies happen. */
export class Dispatcher {
  readonly #context: Context;
  readonly #commands = new Map<string, AnyCommand>();
  readonly #reading: Reading;

  /** @param commands by name; the caller's type checked that each fits its schema */
  constructor(context: Context, commands: Readonly<Record<string, Command>>) {
    this.#context = context;
    this.#reading = {
      kernels: context.platform.kernels,
      unknownMembers: 'refuse',
      base64: 'keep',
      largeIntegers: 'bigint',
    };
    for (const [name, command] of Object.entries(commands)) {
      this.#commands.set(name, { ...command, table: commandTables[name as CommandName] });
    }
  }

  /** Answers whatever the framer found. Never throws: a fault of ours is an error reply and a log line. */
  async answer(frame: Frame, caller?: Caller): Promise<Reply> {
    const { kernels } = this.#context.platform;
    if (frame.kind === 'broken') return errorReply(kernels, new AgentError(frame.reason), undefined);
    try {
      return await this.#execute(readRequest(frame.value));
    } catch (error) {
      return errorReply(kernels, this.#asReply(error, frame.value, caller), requestId(frame.value));
    }
  }

  async #execute(request: Request): Promise<Reply> {
    const { policy, platform } = this.#context;
    const command = this.#commands.get(request.execute);
    if (command === undefined) {
      throw new AgentError(`The command ${request.execute} has not been found`, 'CommandNotFound');
    }
    policy.check(request.execute);
    const args = readTyped(this.#reading, command.table.arguments, request.arguments, '');
    const value = await command.run(args as Parameters<Command['run']>[0], this.#context);
    if (!command.table.successResponse) return undefined;
    const reply = successReply(platform.kernels, command.table.returns, value, request.id);
    return command.delimited === true ? [DELIMITER, ...reply] : reply;
  }

  #asReply(error: unknown, request: JsonValue, caller: Caller | undefined): AgentError {
    if (error instanceof AgentError) return error;
    const { log } = this.#context;
    const name = request instanceof Map ? request.get('execute') : undefined;
    const reason = error instanceof Error ? error.message : String(error);
    const whose = caller === undefined ? '' : ` of ${caller.peer}`;
    log.write('error', `${typeof name === 'string' ? name : 'request'}${whose}: internal error: ${reason}`);
    if (error instanceof Error && error.stack !== undefined) log.write('debug', error.stack);
    return new AgentError(`internal error: ${reason}`);
  }
}
