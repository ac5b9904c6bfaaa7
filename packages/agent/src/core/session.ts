import {
  AgentError,
  ChannelClosedError,
  Framer,
  sendParts,
  type ByteChannel,
  type ByteKernels,
  type Frame,
  type OutputPart,
} from '@qga/protocol';
import type { Clock } from '../platform.js';
import { callerOf, type Caller } from './caller.js';
import type { Dispatcher, Reply } from './dispatcher.js';
import { LIMITS, requestLimits, type Limits } from './limits.js';
import type { Log } from './log.js';
import { othersTurn } from './others-turn.js';
import { RequestRate } from './request-rate.js';
import { seldom } from './seldom.js';

/** Replies to requests that came together leave together, up to so many parts; the first must not wait long for the last. */
const PARTS_A_WRITE = 32;
/** How long a session answers before the others have their turn, in milliseconds: sixteen clients at most wait for each other. */
const TURN = 2;
/** Requests between two looks at the clock: a client that sends few at a time never pays for one. */
const REQUESTS_A_LOOK = 32;

/** What all sessions of a server share. */
export interface SessionParts {
  readonly kernels: ByteKernels;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  readonly limits: Limits;
}

/**
 * Serves one client: reads requests, answers them one after the other, in order. While a command runs or the client does not
 * take a reply nothing more is read from it, so it can neither flood the agent nor make it hold more than one chunk.
 */
export async function serve(channel: ByteChannel, parts: SessionParts): Promise<void> {
  const { log } = parts;
  const session = new Session(channel, parts);
  log.write('debug', `client connected: ${channel.peer}`);
  try {
    await channel.chunks.each((chunk) => session.take(chunk));
    log.write('debug', `client left: ${channel.peer}${session.midMessage ? ', in the middle of a message' : ''}`);
  } catch (error) {
    if (!(error instanceof ChannelClosedError)) throw error;
    log.write('debug', `client lost: ${channel.peer}: ${error.message}`);
  } finally {
    channel.close();
  }
}

/** What one client has sent and not been answered yet. Where nothing has to be waited for, no promise is made. */
class Session {
  readonly #channel: ByteChannel;
  readonly #parts: SessionParts;
  readonly #framer: Framer;
  readonly #caller: Caller;
  readonly #tells: boolean;
  /** undefined when any number of requests may come */
  readonly #rate: RequestRate | undefined;
  readonly #tellOfRate: (line: string) => void;
  /** replies that are not written yet */
  #ready: readonly OutputPart[] = [];
  /** bytes of those */
  #unsent = 0;
  /** requests since the last look at the clock */
  #unseen = 0;
  /** what the clock said at the first look of this turn */
  #turn: number | undefined;

  constructor(channel: ByteChannel, parts: SessionParts) {
    this.#channel = channel;
    this.#parts = parts;
    const { clock, limits, log } = parts;
    this.#framer = new Framer(parts.kernels, requestLimits(limits));
    this.#caller = callerOf(channel);
    this.#tells = log.shows('debug');
    this.#rate = limits.maxRequestsPerSecond === 0 ? undefined : new RequestRate(limits.maxRequestsPerSecond, clock);
    this.#tellOfRate = seldom(clock, (line) => {
      log.write('error', line);
    });
  }

  /** Whether a message has begun and not ended. */
  get midMessage(): boolean {
    return this.#framer.midMessage;
  }

  /** Answers what a chunk completes. @returns undefined when that is done, else it is when the promise settles */
  take(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#tells) this.#parts.log.write('debug', `read data, count: ${String(chunk.length)}`);
    this.#framer.feed(chunk);
    this.#unseen = 0;
    this.#turn = undefined;
    const wait = this.#work();
    return wait === undefined ? undefined : this.#workOn(wait);
  }

  async #workOn(wait: Promise<Reply>): Promise<void> {
    for (let next: Promise<Reply> | undefined = wait; next !== undefined; next = this.#work()) this.#add(await next);
  }

  /** Answers until it has to wait: for a command's reply, or (for no reply) until the client takes some or others had their turn. */
  #work(): Promise<Reply> | undefined {
    while (this.#ready.length < PARTS_A_WRITE && this.#unsent < this.#parts.limits.maxUnsent) {
      if (this.#turnIsOver()) return this.#send() ?? othersTurn(this.#parts.clock);
      const frame = this.#framer.next();
      if (frame === undefined) break;
      const reply = this.#answer(frame);
      // what is answered does not wait for what is not
      if (reply instanceof Promise) return this.#send()?.then(() => reply) ?? reply;
      this.#add(reply);
    }
    return this.#ready.length === 0 ? undefined : (this.#send() ?? this.#work());
  }

  #answer(frame: Frame): Reply | Promise<Reply> {
    const { dispatcher, limits } = this.#parts;
    if (this.#rate === undefined || this.#rate.admits(frame)) return dispatcher.answer(frame, this.#caller);
    const limit = `${LIMITS.maxRequestsPerSecond.key} is ${String(limits.maxRequestsPerSecond)}`;
    this.#tellOfRate(`${this.#channel.peer} asks too much: ${limit}`);
    return dispatcher.refuse(frame, new AgentError(`too many requests: ${limit}, try again later`), this.#caller);
  }

  /** Called once a request. Commands that are answered at once, and promises that have settled, never return to the loop. */
  #turnIsOver(): boolean {
    if (this.#unseen++ < REQUESTS_A_LOOK) return false;
    this.#unseen = 0;
    const now = this.#parts.clock.monotonic();
    this.#turn ??= now;
    if (now - this.#turn < TURN) return false;
    this.#turn = undefined;
    return true;
  }

  #add(reply: Reply): void {
    if (reply === undefined) return;
    // by index: the engine of the native host makes an object a round for `for … of`
    for (let at = 0; at < reply.length; at++) this.#unsent += reply[at]?.length ?? 0;
    if (this.#ready.length === 0) this.#ready = reply;
    else this.#ready = this.#ready.concat(reply);
  }

  /** Writes the replies that are ready. @returns undefined when the client has taken them, or there is none */
  #send(): Promise<undefined> | undefined {
    if (this.#ready.length === 0) return undefined;
    const parts = this.#ready;
    this.#ready = [];
    this.#unsent = 0;
    const sending = sendParts(this.#channel, parts);
    return sending === undefined ? undefined : this.#limit(sending);
  }

  async #limit(sending: Promise<void>): Promise<undefined> {
    const { clock, limits, log } = this.#parts;
    const cancel = clock.after(limits.writeTimeout * 1000, () => {
      const { peer } = this.#channel;
      const limit = `${String(limits.writeTimeout)} s (${LIMITS.writeTimeout.key})`;
      log.write('error', `${peer} did not take a reply for ${limit} and is dropped`);
      this.#channel.close();
    });
    try {
      await sending;
    } finally {
      cancel();
    }
  }
}
