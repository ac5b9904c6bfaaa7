import { commandTables, type ByteChannel, type CommandTable, type Frame } from '@qga/protocol';
import type { Environment } from './environment.js';
import { CommandError, ConnectError, DisconnectedError, ProtocolError, TimeoutError } from './errors.js';
import { Inbox, type Outcome } from './inbox.js';
import { replyLimits } from './limits.js';
import type { Link, Sent } from './link.js';
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

const INTERRUPT = Uint8Array.of(0xff);

/** Whether the agent says that it does not have (or allow) guest-sync-delimited. */
function lacksDelimitedSync(frame: Frame): boolean {
  if (frame.kind !== 'message' || !(frame.value instanceof Map)) return false;
  const error = frame.value.get('error');
  if (!(error instanceof Map) || error.get('class') !== 'CommandNotFound') return false;
  const desc = error.get('desc');
  return typeof desc === 'string' && desc.includes('guest-sync-delimited');
}

function answers(frame: Frame, id: number): boolean {
  return frame.kind === 'message' && frame.value instanceof Map && frame.value.get('return') === id;
}

/**
 * The conversation on one channel.
 *
 * It is in step when the next message from the agent can only be the answer to the oldest request without one. It gets there by
 * a sync and stays there as long as every request is answered by one well-formed message and nothing else comes; otherwise all
 * that wait are told, and the next request goes behind another sync.
 */
export class Connection implements Link {
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

  get lost(): string | undefined {
    return this.#inbox.lost;
  }

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
        id = this.#environment.random();
        this.#send([INTERRUPT, ...this.#syncRequest(id)]);
        return false;
      }
      return answers(frame, id);
    });
    this.#send([INTERRUPT, ...this.#syncRequest(id)]);
    const { kind } = await outcome;
    if (kind === 'lost') throw new ConnectError('lost', this.#describeLoss());
    if (kind !== 'frame') throw new ConnectError('silent', this.#describeSilence(syncLimit));
    this.#inStep = true;
  }

  async send(table: CommandTable, request: readonly Uint8Array[], limit: number): Promise<Sent> {
    if (!this.#inStep || this.#inbox.disturbed) await this.synchronise();
    if (table.successResponse) {
      const done = this.#inbox.expect(limit).then((outcome) => this.#conclude(table, outcome, limit));
      this.#send(request);
      return { done, abandon: () => this.#loseStep() };
    }
    // the sync right behind it is answered once the command is through, so that nobody has to wait for silence
    const proof = this.#environment.random();
    const done = this.#expectNoError(table, limit, proof);
    this.#send([...request, ...this.#syncRequest(proof)]);
    return { done, abandon: () => this.#loseStep() };
  }

  post(request: readonly Uint8Array[]): void {
    this.#inStep = false;
    this.#send([INTERRUPT, ...request]);
  }

  /**
   * A command that answers only when it fails: it is done when the sync behind it is answered, when the channel ends, or when
   * `limit` has passed in silence (a guest that sleeps answers nothing).
   */
  async #expectNoError(table: CommandTable, limit: number, proof: number): Promise<unknown> {
    const seen = { proof: false };
    const outcome = await this.#inbox.expect(limit, (frame) => {
      seen.proof ||= answers(frame, proof);
      // the 0xFF before the answer to the sync is no message
      return frame.kind === 'message';
    });
    if (seen.proof) return {};
    if (outcome.kind !== 'frame') {
      this.#inStep = false;
      return {};
    }
    try {
      readReply(this.#environment.kernels, table, outcome.frame);
      return {};
    } finally {
      // the answer to the sync is still to come
      this.#inStep = false;
    }
  }

  #conclude(table: CommandTable, outcome: Outcome, limit: number): unknown {
    if (outcome.kind === 'frame') return this.#accept(table, outcome.frame);
    this.#inStep = false;
    if (outcome.kind === 'lost') throw new DisconnectedError(`${table.name}: ${this.#describeLoss()}`);
    if (outcome.kind === 'dropped')
      throw new ProtocolError(`${table.name}: the answers got out of step before its own`);
    const behind = outcome.behind ? ' to a command sent before it' : '';
    throw new TimeoutError(`${table.name}: no answer${behind} within ${seconds(limit)}; whether it ran is unknown`);
  }

  #accept(table: CommandTable, frame: Frame): unknown {
    try {
      return readReply(this.#environment.kernels, table, frame);
    } catch (error) {
      if (!(error instanceof CommandError)) this.#loseStep();
      throw error;
    }
  }

  #loseStep(): void {
    this.#inStep = false;
    this.#inbox.drop();
  }

  #syncRequest(id: number): Uint8Array[] {
    const table = commandTables[this.#delimited ? 'guest-sync-delimited' : 'guest-sync'];
    return printRequest(this.#environment.kernels, table, { id });
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
