import type { CommandName, Commands, UnavailableOnLinux } from '@qga/protocol';
import type { Context } from './context.js';
import type { Received } from './received.js';

/** One command: what it does, and what the dispatcher must know of it. */
export interface Command<N extends CommandName = CommandName> {
  /**
   * @throws AgentError for what the client should read
   */
  run(
    args: Received<Commands[N]['arguments']>,
    context: Context,
  ): Commands[N]['return'] | Promise<Commands[N]['return']>;
  /** may be called while filesystems are frozen */
  readonly whileFrozen?: true;
  /** its reply is preceded by the byte 0xFF */
  readonly delimited?: true;
}

/** A handler for each of these commands. */
export type CommandSet<N extends CommandName = CommandName> = { readonly [K in N]: Command<K> };

/** Commands that an agent on Linux can have. */
export type LinuxCommandName = Exclude<CommandName, UnavailableOnLinux>;
