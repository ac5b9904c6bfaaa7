import {
  Framer,
  JsonPrinter,
  PushQueue,
  ChannelClosedError,
  concatBytes,
  type ByteChannel,
  type JsonObject,
  type JsonValue,
} from '@qga/protocol';
import { nodeKernels } from '@qga/protocol/node';
import type { Clock, Environment, Target } from '../dist/core/index.js';

/** What the fake does with a command: a text is sent as it is, undefined means silence. */
export type Behaviour = (args: JsonObject, channel: FakeChannel) => string | undefined;

export const ok = (value: JsonValue): string =>
  Buffer.concat(new JsonPrinter(nodeKernels).raw('{"return": ').json(value).raw('}\n').take()).toString('latin1');
export const refusal = (desc: string, errorClass = 'GenericError'): string =>
  `{"error": {"class": "${errorClass}", "desc": ${JSON.stringify(desc)}}}\n`;

const STRAY = refusal("1:1: JSON parse error, stray '\\uFFFD'");

/** The client's end of a channel to a scripted agent. */
export class FakeChannel implements ByteChannel {
  readonly peer = 'fake';
  readonly chunks = new PushQueue<Uint8Array>();
  readonly #take: (chunk: Uint8Array, channel: FakeChannel) => void;
  closed = false;

  constructor(take: (chunk: Uint8Array, channel: FakeChannel) => void) {
    this.#take = take;
  }

  /** Sends to the client; each character is a byte. */
  send(text: string): void {
    this.chunks.push(Buffer.from(text, 'latin1'));
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    await Promise.resolve();
    if (this.closed) throw new ChannelClosedError('fake is gone');
    this.#take(concatBytes(parts), this);
  }

  close(): void {
    this.closed = true;
    this.chunks.end();
  }
}

/** An agent that answers syncs and pings as it should and everything else by a script. */
export class FakeAgent implements Target {
  readonly name = 'fake';
  /** the commands that arrived, without syncs */
  readonly commands: string[] = [];
  /** how often somebody connected */
  connections = 0;
  channel: FakeChannel | undefined;
  readonly script: Record<string, Behaviour>;

  constructor(script: Record<string, Behaviour> = {}) {
    this.script = {
      'guest-sync-delimited': (args) => '\xff' + ok(args.get('id') ?? null),
      'guest-sync': (args) => ok(args.get('id') ?? null),
      'guest-ping': () => ok(new Map()),
      ...script,
    };
  }

  open(): Promise<ByteChannel> {
    this.connections += 1;
    const framer = new Framer(nodeKernels);
    this.channel = new FakeChannel((chunk, channel) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'broken') channel.send(STRAY);
        else this.#answer(frame.value as JsonObject, channel);
      }
    });
    return Promise.resolve(this.channel);
  }

  #answer(request: JsonObject, channel: FakeChannel): void {
    const command = request.get('execute') as string;
    if (!command.startsWith('guest-sync')) this.commands.push(command);
    const args = (request.get('arguments') ?? new Map()) as JsonObject;
    const reply = this.script[command]?.(args, channel);
    if (reply !== undefined) channel.send(reply);
  }
}

const SPEED = 200;

/** Runs 200 times as fast as the wall clock. */
const fastClock: Clock = {
  now: () => performance.now() * SPEED,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds / SPEED);
    return () => {
      clearTimeout(timer);
    };
  },
};

let counter = 1000;

export const fastEnvironment: Environment = { kernels: nodeKernels, clock: fastClock, random: () => (counter += 1) };
