import type { CommandTable } from '@qga/protocol';
import type { Flight } from './turns.js';

/** A request that was sent. */
export interface Sent extends Flight<unknown> {
  /** Stops waiting: what comes is not for anybody any more. */
  abandon(): void;
}

/** A way to the agent that is open: a conversation on a byte channel, or something that makes calls for us. */
export interface Link {
  /** why it is over; undefined while it is not */
  readonly lost: string | undefined;
  /**
   * Makes sure that the agent answers.
   * @throws ConnectError
   */
  synchronise(): Promise<void>;
  /**
   * Sends a command.
   * @param request its bytes, whole
   * @param limit milliseconds for the answer, counted from the answer before it
   * @returns once it is sent; `done` gives the value, of the schema's type
   * @throws ConnectError when nothing was sent
   */
  send(table: CommandTable, request: readonly Uint8Array[], limit: number): Promise<Sent>;
  /** Sends a command and waits for nothing: a last resort, to leave it in the agent's queue. */
  post(request: readonly Uint8Array[]): void;
  /** Ends it; calls under way fail. */
  close(reason: string): void;
}
