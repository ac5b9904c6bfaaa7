import { commandTables, type ByteChannel, type CommandTable, type Frame } from '@qga/protocol';
import type { Environment } from './environment.js';
import { CommandError, ConnectError, DisconnectedError, TimeoutError } from './errors.js';
import { Inbox } from './inbox.js';
import { replyLimits } from './limits.js';
import { printRequest, readReply } from './reply.js';

/** Bytes as they pass on the wire, for logs and demonstrations. */
export interface TraceEvent {
  readonly direction: 'sent' | 'received';
  readonly bytes: Uint8Array;
}

/** Times in milliseconds, sizes in bytes. */
export interface ConnectionSettings {
  readonly syncLimit: number;
  readonly replyLimit: number;
  readonly trace: (event: TraceEvent) => void;
}

const INTERRUPT = 0xff;

/** Whether the agent says that it does not have (or allow) guest-sync-delimited. */
function lacksDelimitedSync(frame: Frame): boolean {
  if (frame.kind !== 'message' || !(frame.value instanceof Map)) return false;
  const error = frame.value.get('error');
  if (!(error instanceof Map) || error.get('class') !== 'CommandNotFound') return false;
  const desc = error.get('desc');
  return typeof desc === 'string' && desc.includes('guest-sync-delimited');
}

/**
 * The conversation on one channel. One method at a time: the caller serialises.
 *
 * It is in step when the next message from the agent can only be the answer to the next request. It gets there by a sync and
 * stays there as long as every request is answered by one well-formed message and nothing else comes; otherwise the next
 * exchange begins with another sync.
 */
export class Connection {
  readonly #channel: ByteChannel;
  readonly #environment: Environment;
  readonly #settings: ConnectionSettings;
  readonly #inbox: Inbox;
  #writing: Promise<void> = Promise.resolve();
  #inStep = false;
  #delimited = true;

  constructor(channel: ByteChannel, environment: Environment, settings: ConnectionSettings) {
    this.#channel = channel;
    this.#environment = environment;
    this.#settings = settings;
    this.#inbox = new Inbox(environment.kernels, environment.clock, replyLimits(settings.replyLimit));
    void this.#readAll();
  }

  /** Why the connection is over; undefined while it is not. */
  get lost(): string | undefined {
    return this.#inbox.lost;
  }

  /** Ends the connection; an exchange under way fails. */
  close(reason: string): void {
    this.#inbox.end(reason);
    this.#channel.close();
  }

  /**
   * Gets in step: 0xFF makes the agent drop half a request of an earlier client, then everything is thrown away until the
   * answer with a fresh number comes. Agents without guest-sync-delimited are asked with guest-sync.
   * @throws ConnectError silent, or lost
   */
  async synchronise(): Promise<void> {
    const { syncLimit } = this.#settings;
    this.#inStep = false;
    this.#inbox.restart();
    let id = this.#environment.random();
    const outcome = this.#inbox.expect(syncLimit, (frame) => {
      if (this.#delimited && lacksDelimitedSync(frame)) {
        this.#delimited = false;
        // another number, or a late answer to the first question would be taken for the answer to this one
        id = this.#sendSync(this.#environment.random());
        return false;
      }
      return frame.kind === 'message' && frame.value instanceof Map && frame.value.get('return') === id;
    });
    this.#sendSync(id);
    const { kind } = await outcome;
    if (kind === 'lost') throw new ConnectError('lost', this.#describeLoss());
    if (kind === 'silence') throw new ConnectError('silent', this.#describeSilence(syncLimit));
    this.#inStep = true;
  }

  /**
   * Sends a command and waits for its answer. A command without a success reply is done when the channel ends or when
   * `limit` has passed without an error.
   * @param limit in milliseconds, counted from the moment of sending; getting in step before has its own
   * @returns the value of the reply, of the schema's type
   * @throws ConnectError when nothing was sent; CommandError, TimeoutError, DisconnectedError, ProtocolError
   */
  async exchange(table: CommandTable, request: readonly Uint8Array[], limit: number): Promise<unknown> {
    if (!this.#inStep || this.#inbox.disturbed) await this.synchronise();
    this.#inStep = false;
    const waiting = this.#inbox.expect(limit);
    this.#send(request);
    const outcome = await waiting;
    if (outcome.kind === 'frame') return this.#accept(table, outcome.frame);
    if (!table.successResponse) return {};
    if (outcome.kind === 'lost') throw new DisconnectedError(`${table.name}: ${this.#describeLoss()}`);
    throw new TimeoutError(`${table.name}: no answer within ${seconds(limit)}; whether it ran is unknown`);
  }

  /** Sends a command and waits for nothing: a last resort, to leave it in the agent's queue. */
  post(request: readonly Uint8Array[]): void {
    this.#inStep = false;
    this.#send([Uint8Array.of(INTERRUPT), ...request]);
  }

  #accept(table: CommandTable, frame: Frame): unknown {
    try {
      const value = readReply(this.#environment.kernels, table, frame);
      this.#inStep = true;
      return value;
    } catch (error) {
      this.#inStep = error instanceof CommandError;
      throw error;
    }
  }

  #sendSync(id: number): number {
    const table = commandTables[this.#delimited ? 'guest-sync-delimited' : 'guest-sync'];
    const request = printRequest(this.#environment.kernels, table, { id });
    this.#send([Uint8Array.of(INTERRUPT), ...request]);
    return id;
  }

  /** Sends behind what is still being sent. A failure ends the inbox, which tells whoever waits for the answer. */
  #send(parts: readonly Uint8Array[]): void {
    this.#writing = this.#writing
      .then(() => {
        for (const bytes of parts) this.#settings.trace({ direction: 'sent', bytes });
        return this.#channel.write(parts);
      })
      .catch((error: unknown) => {
        this.#inbox.end(words(error));
      });
  }

  async #readAll(): Promise<void> {
    try {
      for await (const bytes of this.#channel.chunks) {
        this.#settings.trace({ direction: 'received', bytes });
        this.#inbox.receive(bytes);
      }
      this.#inbox.end('the other side ended it');
    } catch (error) {
      this.#inbox.end(words(error));
      this.#channel.close();
    }
  }

  #describeLoss(): string {
    return `the connection to ${this.#channel.peer} is lost (${this.#inbox.lost ?? 'no reason given'})`;
  }

  #describeSilence(limit: number): string {
    return (
      `${this.#channel.peer} takes the connection but does not answer within ${seconds(limit)}: ` +
      'no agent runs in the guest, the agent is busy, or another client holds the channel'
    );
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function seconds(milliseconds: number): string {
  return `${String(milliseconds / 1000)} s`;
}
