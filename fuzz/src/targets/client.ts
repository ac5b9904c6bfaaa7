import { Guest, GuestError, type Environment, type Target as Place } from '@qga/client/core';
import { ChannelClosedError, concatBytes, Framer, PushQueue, type ByteChannel, type CommandName } from '@qga/protocol';
import { nodeKernels } from '@qga/protocol/node';
import { inPieces, Random, seedOf } from '../random.js';
import { bytesOf, promised, words, type Target } from '../target.js';

/** What is asked of the hostile agent; the first byte of an input chooses. */
const CALLS: readonly (readonly [CommandName, Record<string, unknown>])[] = [
  ['guest-info', {}],
  ['guest-file-read', { handle: 1 }],
  ['guest-get-osinfo', {}],
  ['guest-get-fsinfo', {}],
  ['guest-network-get-interfaces', {}],
  ['guest-exec-status', { pid: 1 }],
  ['guest-get-disks', {}],
  ['guest-get-time', {}],
  ['guest-shutdown', {}],
  ['guest-get-diskstats', {}],
];
/** The client's first sync has this number, so that a hostile agent can guess it. */
const FIRST_ID = 1000;
/** Turns after which a call that is not over has hung. */
const TURNS = 10_000;
const REPLY_LIMIT = 5000;

/** Time that passes only when nothing else is left to happen. */
class Time {
  #now = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();
  #last = 0;

  readonly clock = {
    now: (): number => this.#now,
    after: (milliseconds: number, action: () => void): (() => void) => {
      const id = ++this.#last;
      this.#timers.set(id, { at: this.#now + milliseconds, action });
      return () => void this.#timers.delete(id);
    },
  };

  /** Goes to the next moment that somebody waits for. */
  skip(): void {
    const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
    if (next === undefined) return;
    const [id, { at, action }] = next;
    this.#timers.delete(id);
    this.#now = Math.max(this.#now, at);
    action();
  }
}

/** Sends its bytes, whatever is asked; once it has no more it is an agent like any other. */
class Hostile implements Place {
  readonly name = 'hostile';
  readonly #pieces: Uint8Array[];
  #channel: { chunks: PushQueue<Uint8Array> } | undefined;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = [...pieces];
  }

  get done(): boolean {
    return this.#pieces.length === 0;
  }

  /** Sends the next of its bytes, if somebody is there. */
  sendNext(): void {
    const piece = this.#channel === undefined ? undefined : this.#pieces.shift();
    if (piece !== undefined) this.#channel?.chunks.push(piece);
  }

  async open(): Promise<ByteChannel> {
    const chunks = new PushQueue<Uint8Array>();
    const framer = new Framer(nodeKernels);
    let closed = false;
    this.#channel = { chunks };
    return {
      peer: 'hostile',
      chunks,
      write: async (parts) => {
        if (closed) throw new ChannelClosedError('hostile is gone');
        for (const frame of framer.push(concatBytes(parts))) if (this.done) chunks.push(bytesOf(honest(frame)));
      },
      close: () => {
        closed = true;
        chunks.end();
      },
    };
  }
}

/** The reply of an agent that means well. */
function honest(frame: ReturnType<Framer['push']> extends Generator<infer F> ? F : never): string {
  if (frame.kind === 'broken' || !(frame.value instanceof Map)) {
    return '{"error": {"class": "GenericError", "desc": "JSON parse error"}}\n';
  }
  const args = frame.value.get('arguments');
  if (!(args instanceof Map)) return '{"return": {}}\n';
  const delimiter = frame.value.get('execute') === 'guest-sync-delimited' ? '\xff' : '';
  return `${delimiter}{"return": ${Number(args.get('id'))}}\n`;
}

/** Waits for a call, and lets the other side and the clock go on meanwhile. @throws BrokenPromise */
async function settled(call: Promise<unknown>, hostile: Hostile, time: Time): Promise<unknown> {
  let over = false;
  const outcome = call.then(
    (value) => value,
    (error: unknown) => error ?? 'nothing thrown',
  );
  void outcome.then(() => (over = true));
  for (let turn = 0; turn < TURNS; turn++) {
    for (let ticks = 0; ticks < 20 && !isOver(); ticks++) await Promise.resolve();
    if (isOver()) return outcome;
    if (!hostile.done) {
      hostile.sendNext();
      continue;
    }
    // the clock goes on only once all that was sent is dealt with
    await new Promise(setImmediate);
    if (!isOver()) time.skip();
  }
  promised(false, 'a call ends');

  function isOver(): boolean {
    return over;
  }
}

/** The client's end: whatever an agent sends, a call gives a value or a GuestError, and an honest agent is understood afterwards. */
export const client: Target = {
  name: 'client',
  largest: 3000,
  seeds: seeds(),
  dictionary: [
    ...words('{"return": ', '{"error": {"class": "CommandNotFound", "desc": "', 'guest-sync-delimited', '\xff', '\n'),
    ...words('{"return": 1000}\n', '\xff{"return": 1000}\n', '\xff{"return": 1001}\n', '"__proto__": {"x": 1}', '{}'),
    ...words('"buf-b64": "', '"count": ', '"eof": true', '"version": "1"', '"supported_commands": [', 'null', '[]'),
  ],
  async run(input) {
    const [name, args] = CALLS[(input[0] ?? 0) % CALLS.length] ?? ['guest-ping', {}];
    const hostile = new Hostile(inPieces(input.subarray(1), new Random(seedOf(input))));
    const time = new Time();
    let id = FIRST_ID;
    const environment: Environment = { kernels: nodeKernels, clock: time.clock, random: () => id++ };
    const guest = new Guest(hostile, environment, { replyLimit: REPLY_LIMIT });
    const outcome = await settled(guest.call(name, args), hostile, time);
    if (outcome instanceof Error)
      promised(outcome instanceof GuestError, `${name}: ${outcome.stack ?? outcome.message}`);
    promised(!('x' in {}), 'no prototype is touched');
    while (!hostile.done) hostile.sendNext();
    // numbers that nobody could have guessed
    id = 5_000_000;
    await recovers(guest, hostile, time);
    guest.close();
  },
};

/** One call may fail for what was left over; the next one must not. */
async function recovers(guest: Guest, hostile: Hostile, time: Time): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < 2; attempt++) {
    last = await settled(guest.call('guest-sync', { id: 99n }), hostile, time);
    if (last === 99n) return;
  }
  promised(false, `an honest agent is understood: ${String(last)}`);
}

function seeds(): Uint8Array[] {
  const start = '\xff{"return": 1000}\n';
  const replies = [
    '{"return": {"version": "1", "supported_commands": [{"enabled": true, "name": "guest-ping", "success-response": true}]}}\n',
    '{"return": {"count": 2, "buf-b64": "aGk=", "eof": false}}\n',
    '{"return": {"id": "debian", "name": "Debian"}}\n',
    '{"return": [{"name": "vda1", "mountpoint": "/", "disk": [], "type": "ext4", "used-bytes": 1, "total-bytes": 2}]}\n',
    '{"return": [{"name": "lo", "ip-addresses": [{"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}]}]}\n',
    '{"return": {"exited": true, "exitcode": 0, "out-data": "aGk="}}\n',
    '{"return": [{"name": "/dev/vda", "partition": false, "dependencies": []}]}\n',
    '{"return": 1700000000123456789}\n',
    '{"error": {"class": "GenericError", "desc": "no"}}\n',
    '{"return": [{"name": "vda", "major": 1, "minor": 0, "stats": {"read-ios": 1}}]}\n',
  ];
  return replies.flatMap((reply, index) => {
    const first = String.fromCharCode(index);
    return [bytesOf(first + start + reply), bytesOf(`${first}{"error": {}}\n${start}${reply}${reply}`)];
  });
}
