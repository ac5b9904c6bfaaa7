import type { CommandName, Commands, NoMembers } from '@qga/protocol';
import type { CancelSignal } from './signal.js';

/** How to make one call. */
export interface CallOptions {
  /** how long this one may take, in milliseconds from its turn; without it, what the guest's options and the command say */
  readonly limit?: number;
  /** calls it off: the promise rejects at once with the signal's reason. Once sent, the command may run all the same */
  readonly signal?: CancelSignal | undefined;
  /**
   * How many calls with this option may be on their way at the same time, so that the line is never idle; default 1, that is
   * alone. Only for calls whose order and failure do not matter to each other beyond what the agent's own order gives: the
   * agent runs them one after the other, and it runs the later ones also when an earlier one failed.
   */
  readonly depth?: number;
}

/** Arguments may be left out when none is required. */
export type CallParameters<N extends CommandName> = NoMembers extends Commands[N]['arguments']
  ? [args?: Commands[N]['arguments'], options?: CallOptions]
  : [args: Commands[N]['arguments'], options?: CallOptions];

/** What can make typed calls. */
export interface Caller {
  /** See Guest.call. */
  call<N extends CommandName>(name: N, ...parameters: CallParameters<N>): Promise<Commands[N]['return']>;
}
