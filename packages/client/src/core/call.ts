import type { CommandName, Commands, NoMembers } from '@qga/protocol';

/** How to make one call. */
export interface CallOptions {
  /** how long this one may take, in milliseconds from sending; without it, what the guest's options and the command say */
  readonly limit?: number;
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
