import assert from 'node:assert/strict';
import path from 'node:path';
import { after, beforeEach, suite, test } from 'node:test';
import { PushQueue, type ByteChannel, type Listener } from '@qga/protocol';
import { Agent } from '../dist/agent.js';
import { limitsOf } from '../dist/core/limits.js';
import { Server } from '../dist/core/server.js';
import { serve, type SessionParts } from '../dist/core/session.js';
import type { Clock } from '../dist/platform.js';
import { nodePlatform, nodeWires } from '../dist/node/platform.js';
import { listenUnix } from '../dist/node/transports/unix.js';
import { connect, temporaryFolder } from './support/agent-process.js';
import { MemoryChannel, request } from './support/memory-client.js';

const PONG = '{"return": {}}\n';
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A clock whose time passes when the test says so. */
class HandClock implements Clock {
  readonly due: (() => void)[] = [];
  /** milliseconds that pass from one look at it to the next */
  pace = 0;
  #time = 0;
  now = (): bigint => 0n;
  monotonic = (): number => (this.#time += this.pace);
  after(_: number, callback: () => void): () => void {
    this.due.push(callback);
    return () => void this.due.splice(this.due.indexOf(callback), 1);
  }
}

suite('sessions', () => {
  const place = temporaryFolder();
  const log: string[] = [];
  const platform = nodePlatform({ write: (text) => void log.push(text), syslog: () => undefined });
  let parts: SessionParts;
  beforeEach(async () => {
    const { dispatcher, log: agentLog } = await Agent.create({ platform, statedir: place.folder, verbose: true });
    parts = { kernels: platform.kernels, clock: platform.clock, dispatcher, log: agentLog, limits: limitsOf() };
  });
  after(() => place.remove());

  test('requests are answered in order, even when one takes longer', async () => {
    const channel = new MemoryChannel();
    const session = serve(channel, parts);
    channel.send(`${request('guest-file-open', { path: '/etc/hostname' })}{"execute":"guest-ping","id":2}bad`);
    channel.send(` ${request('guest-sync', { id: 3 })}`);
    channel.chunks.end();
    await session;
    const lines = channel.written.split('\n');
    assert.match(lines[0] ?? '', /"return": 1000|"error"/);
    assert.equal(lines[1], '{"return": {}, "id": 2}');
    assert.match(lines[2] ?? '', /JSON parse error, invalid keyword 'bad'/);
    assert.equal(lines[3], '{"return": 3}');
    assert.ok(channel.closed);
  });

  test('two clients with half a message each do not mix', async () => {
    const [one, two] = [new MemoryChannel(), new MemoryChannel()];
    const sessions = [serve(one, parts), serve(two, parts)];
    one.send('{"execute":"guest-');
    two.send('{"execute":"guest-sync","arguments":{"id"');
    one.send('ping"}');
    await turn();
    two.send(':2}}');
    await turn();
    assert.deepEqual([one.written, two.written], [PONG, '{"return": 2}\n']);
    one.chunks.end();
    two.chunks.end();
    await Promise.all(sessions);
  });

  test('a delimited sync is preceded by 0xFF, its error is not', async () => {
    const channel = new MemoryChannel();
    const session = serve(channel, parts);
    channel.send(`${request('guest-sync-delimited', { id: 9 })}${request('guest-sync-delimited', {})}`);
    channel.chunks.end();
    await session;
    assert.match(channel.written, /^\xff\{"return": 9\}\n\{"error"/);
  });

  test('a client that takes no reply is dropped after a while, and nothing is read from it meanwhile', async () => {
    const clock = new HandClock();
    const channel = new MemoryChannel();
    let open: () => void = () => undefined;
    channel.gate = new Promise((resolve) => (open = resolve));
    const session = serve(channel, { ...parts, clock });
    channel.send(request('guest-ping'));
    channel.send(request('guest-ping'));
    await turn();
    assert.equal(clock.due.length, 1);
    clock.due[0]?.();
    assert.ok(channel.closed);
    open();
    await session;
    assert.match(log.join(''), /did not take a reply for 60 s \(write-timeout\) and is dropped/);
  });

  test('a client on a real socket that never reads frees its place, with what was meant for it', async () => {
    const clock = new HandClock();
    const { folder, remove } = temporaryFolder();
    const listener = listenUnix(nodeWires(), path.join(folder, 'socket'), {
      uids: new Set(),
      cids: new Set(),
      refused: () => undefined,
    });
    const client = await connect(path.join(folder, 'socket'));
    const channel = (await listener.accept()) as ByteChannel;
    const session = serve(channel, { ...parts, clock });
    client.pause();
    const id = JSON.stringify('x'.repeat(60_000));
    for (let sent = 0; sent < 20; sent++) client.write(`{"execute":"guest-ping","id":${id}}`);
    while (clock.due.length === 0) await turn();
    clock.due[0]?.();
    await session;
    client.destroy();
    await listener.close();
    remove();
  });

  test('replies to requests that came together leave in one write, and wait for no slower command behind them', async () => {
    const channel = new MemoryChannel();
    const writes: string[] = [];
    channel.write = (written) => {
      writes.push(Buffer.concat(written).toString('latin1'));
      return undefined;
    };
    const session = serve(channel, parts);
    channel.send(`${request('guest-ping')}${request('guest-sync', { id: 1 })}nonsense ${request('guest-nothing')}`);
    assert.equal(writes.length, 1);
    assert.match(writes[0] ?? '', /^\{"return": \{\}\}\n\{"return": 1\}\n\{"error".*\n\{"error".*guest-nothing.*\n$/);
    channel.send(
      `${request('guest-ping')}${request('guest-file-open', { path: '/etc/hostname' })}${request('guest-ping')}`,
    );
    assert.deepEqual(writes.slice(1), [PONG]);
    channel.chunks.end();
    await session;
    assert.match(writes.slice(2).join(''), /^\{"(return|error)".*\n\{"return": \{\}\}\n$/);
  });

  test('a client that sends much at once gets the first replies before the last request is looked at', async () => {
    const channel = new MemoryChannel();
    let writes = 0;
    channel.write = (written) => {
      writes += 1;
      channel.written += Buffer.concat(written).toString('latin1');
      return undefined;
    };
    const session = serve(channel, { ...parts, clock: new HandClock() });
    channel.send(request('guest-ping').repeat(1000));
    assert.equal(channel.written, PONG.repeat(1000));
    assert.ok(writes > 10, `${writes} writes`);
    channel.chunks.end();
    await session;
  });

  test('a client that floods lets the others have their turn, and is answered in order all the same', async () => {
    const clock = new HandClock();
    clock.pace = 1;
    const [flooding, other] = [new MemoryChannel(), new MemoryChannel()];
    flooding.write = (written) => {
      flooding.written += Buffer.concat(written).toString('latin1');
      return undefined;
    };
    const sessions = [serve(flooding, { ...parts, clock }), serve(other, { ...parts, clock })];
    const ids = Array.from({ length: 1000 }, (_, id) => id);
    flooding.send(ids.map((id) => request('guest-sync', { id })).join(''));
    const answered = flooding.written.split('\n').length - 1;
    assert.ok(answered > 0 && answered < 200, `${answered} answered in one turn`);
    assert.equal(clock.due.length, 1);
    other.send(request('guest-ping'));
    await turn();
    assert.equal(other.written, PONG);
    assert.equal(flooding.written.split('\n').length - 1, answered);
    let turns = 0;
    for (let next = clock.due.shift(); next !== undefined; next = clock.due.shift(), turns++) {
      next();
      await turn();
    }
    assert.ok(turns > 3, `${turns} turns`);
    assert.equal(flooding.written, ids.map((id) => `{"return": ${id}}\n`).join(''));
    flooding.chunks.end();
    other.chunks.end();
    await Promise.all(sessions);
  });

  test('a fault in a command is an error reply, not the end', async () => {
    const channel = new MemoryChannel();
    const broken = { ...platform.files, executable: () => Promise.reject(new TypeError('broken on purpose')) };
    const agent = await Agent.create({ platform: { ...platform, files: broken }, statedir: place.folder });
    const session = serve(channel, { ...parts, dispatcher: agent.dispatcher });
    channel.send(`${request('guest-shutdown')}${request('guest-ping')}`);
    channel.chunks.end();
    await session;
    assert.equal(
      channel.written,
      '{"error": {"class": "GenericError", "desc": "internal error: broken on purpose"}}\n' + PONG,
    );
  });

  test('no more clients than the limit are served at a time, further ones wait', async () => {
    const arriving = new PushQueue<ByteChannel>();
    const listener: Listener = {
      address: 'test',
      accept: async () => (await arriving.next()).value,
      async close() {
        arriving.end();
      },
    };
    const server = new Server(listener, { ...parts, limits: limitsOf({ maxClients: 5 }) });
    const running = server.run();
    const channels = Array.from({ length: 6 }, () => new MemoryChannel());
    for (const channel of channels) {
      channel.send(request('guest-ping'));
      arriving.push(channel);
    }
    await turn();
    assert.deepEqual(new Set(channels.slice(0, -1).map(({ written }) => written)), new Set([PONG]));
    assert.equal(channels.at(-1)?.written, '');
    assert.match(log.join(''), /error: as many clients as may be: max-clients is 5, further ones wait/);
    channels[3]?.chunks.end();
    await turn();
    assert.equal(channels.at(-1)?.written, PONG);
    await server.stop();
    await running;
    assert.ok(channels.every(({ closed }) => closed));
  });
});
