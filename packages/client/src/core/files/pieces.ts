import type { Clock, Environment, Target } from '../environment.js';
import { CommandError, ConnectError, DisconnectedError, TimeoutError } from '../errors.js';
import type { Caller } from '../call.js';
import { persist } from '../ready.js';
import type { CancelSignal } from '../signal.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes in one read or write: a compromise between round trips and the time that other commands wait. */
export const DEFAULT_PIECE = MIB;

/** Bytes of the first piece, before anything is known of the line. */
const FIRST_PIECE = 256 * KIB;
const SMALLEST_PIECE = 16 * KIB;
const LARGEST_PIECE = 256 * KIB;
/** Bytes of a piece where the way limits messages, that is where each call is dear: a program that is started for it. */
const DEAR_PIECE = MIB;

/** Milliseconds that a piece should take: other commands wait for that long, times the number of pieces on their way. */
const SHORT = 20;
const LONG = 200;

/** Reads or writes on their way at a time: one being worked on, one waiting in the agent, others on the line either way. */
export const DEPTH = 4;

/** Milliseconds that a broken connection is tried to be opened again. */
const RETRY = 30_000;

/** Recoveries without a single byte between them, before it is called hopeless. */
const VAIN_RECOVERIES = 5;

/** What a file's transfer needs of a guest. */
export interface FileHost extends Caller {
  readonly environment: Environment;
  readonly target: Target;
  open(): Promise<void>;
}

/** How to move a file's bytes. */
export interface MoveOptions {
  /** calls it off */
  readonly signal?: CancelSignal | undefined;
  /** bytes in one request; default: found by measuring */
  readonly piece?: number;
  /** requests on their way at a time; default 4 */
  readonly depth?: number;
  /** milliseconds that a broken connection is tried to be opened again before this fails; default 30 s, 0 for not at all */
  readonly retry?: number;
}

/** Bytes of a request or reply besides its base64. */
const ENVELOPE = 512;

/** @returns how many bytes fit when they stand as base64 in a message of so many bytes */
export function payload(message: number): number {
  return Math.floor((message - ENVELOPE) / 4) * 3;
}

/** The size of pieces, adapted to how fast they pass. */
export class PieceSize {
  readonly #clock: Clock;
  readonly #largest: number;
  readonly #fixed: boolean;
  #size: number;
  #last: number;

  /** @param message bytes that one message may have on the way; undefined when it does not matter */
  constructor(clock: Clock, message: number | undefined, given: number | undefined) {
    const passes = message === undefined ? Infinity : payload(message);
    this.#clock = clock;
    this.#largest = Math.min(passes, LARGEST_PIECE);
    this.#fixed = given !== undefined || message !== undefined;
    this.#size = Math.min(given ?? (message === undefined ? FIRST_PIECE : DEAR_PIECE), passes);
    this.#last = clock.now();
  }

  get bytes(): number {
    return this.#size;
  }

  /** A piece has passed; with several on their way, the time since the last one is what it cost. */
  passed(): void {
    const now = this.#clock.now();
    const took = now - this.#last;
    this.#last = now;
    if (this.#fixed) return;
    if (took < SHORT) this.#size = Math.min(this.#size * 2, this.#largest);
    else if (took > LONG) this.#size = Math.max(this.#size / 2, Math.min(SMALLEST_PIECE, this.#largest));
  }
}

/** Whether what failed may work over another connection. */
function passing(error: unknown): boolean {
  if (error instanceof ConnectError) return error.reason !== 'closed' && error.reason !== 'forbidden';
  return error instanceof DisconnectedError || error instanceof TimeoutError;
}

/** Gets a transfer going again after its connection broke. */
export class Recovery {
  readonly #host: FileHost;
  readonly #options: MoveOptions;
  #lastAt = -1;
  #vain = 0;

  constructor(host: FileHost, options: MoveOptions) {
    this.#host = host;
    this.#options = options;
  }

  /**
   * @param at bytes that are done
   * @param reposition puts the file where it goes on
   * @throws the error, when it is not one that another connection cures; what the last attempt threw
   */
  async run(error: unknown, at: number, reposition: () => Promise<void>): Promise<void> {
    const { retry = RETRY, signal } = this.#options;
    this.#vain = at === this.#lastAt ? this.#vain + 1 : 0;
    this.#lastAt = at;
    if (!passing(error) || retry === 0 || this.#vain >= VAIN_RECOVERIES) throw error;
    const attempt = async (): Promise<void> => {
      await this.#host.open();
      await reposition();
    };
    await persist(this.#host.environment.clock, attempt, retry, { signal });
  }
}

/** Whether the agent says that it does not know a handle: it was started anew, or the file was closed. */
export function lostHandle(error: unknown): boolean {
  return error instanceof CommandError && error.reason === 'failed' && error.desc.includes('has not been found');
}

/** Closes a file, over another connection if need be. That the agent does not know it any more is what was wanted. */
export async function closeSurely(
  host: FileHost,
  file: { close(): Promise<void> },
  options: MoveOptions,
): Promise<void> {
  try {
    await file.close();
  } catch (error) {
    const again = (): Promise<void> =>
      file.close().catch((second: unknown) => {
        if (!lostHandle(second)) throw second;
      });
    await new Recovery(host, { ...options, signal: undefined }).run(error, 0, again);
  }
}
