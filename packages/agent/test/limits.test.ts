import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { LIMITS, limitsOf } from '../dist/core/limits.js';
import { RequestRate } from '../dist/core/request-rate.js';
import { seldom } from '../dist/core/seldom.js';
import { ask, connect, hosts, runProgram, startProgram, temporaryFolder, type Host } from './support/agent-process.js';
import { documentedLimits } from './support/limits-page.js';

const THAW = '{"execute":"guest-fsfreeze-thaw"}';
const STATUS = '{"execute":"guest-fsfreeze-status"}';
const SYNC = '{"execute":"guest-sync","arguments":{"id":7}}';
const OPEN = '{"execute":"guest-file-open","arguments":{"path":"/dev/null"}}';
const SLEEP = '{"execute":"guest-exec","arguments":{"path":"sleep","arg":["60"]}}';

/** What a reply returns. */
function returned(reply: string): unknown {
  return (JSON.parse(reply) as { return: unknown }).return;
}

/** Sends lines in one write and gives as many lines of replies. */
async function askAll(socket: net.Socket, lines: readonly string[]): Promise<string[]> {
  let text = '';
  const took = (chunk: Buffer): void => void (text += chunk.toString('latin1'));
  socket.on('data', took);
  socket.write(`${lines.join('\n')}\n`);
  while (text.split('\n').length <= lines.length) await new Promise((resolve) => socket.once('data', resolve));
  socket.off('data', took);
  return text.trimEnd().split('\n');
}

/** An agent with limits of the test's choice. */
class Limited {
  readonly #place = temporaryFolder();
  readonly #process: ChildProcess;
  log = '';

  constructor(host: Host, args: readonly string[]) {
    const { folder } = this.#place;
    this.#process = startProgram(host, ['-m', 'unix-listen', '-p', this.socketPath, '-t', folder, ...args]);
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
  }

  get socketPath(): string {
    return path.join(this.#place.folder, 's');
  }

  /** Waits until the log has a line. */
  async logged(text: string): Promise<void> {
    while (!this.log.includes(text)) await once(this.#process.stderr as Readable, 'data');
  }

  /** Asks on a connection of its own. */
  async ask(line: string): Promise<string> {
    const socket = await connect(this.socketPath);
    try {
      return await ask(socket, line);
    } finally {
      socket.destroy();
    }
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill();
    await ended;
    this.#place.remove();
  }
}

for (const host of hosts) {
  suite(`limits on ${host.name}`, { skip: host.missing ?? false }, () => {
    let agent: Limited;
    before(() => {
      agent = new Limited(host, [
        '--max-clients=3',
        '--write-timeout=1',
        '--max-request-size=5000',
        '--max-request-depth=8',
        '--max-open-files=2',
        '--max-programs=1',
        '--max-program-output=65536',
      ]);
    });
    after(() => agent.end());

    test('a request that is too large or too deep is refused by the limit’s name, and the next one is answered', async () => {
      const socket = await connect(agent.socketPath);
      const large = `{"execute":"guest-ping","arguments":{"x":"${'x'.repeat(5000)}"}}`;
      assert.match(await ask(socket, large), /JSON token size limit exceeded: max-request-size is 5000"/);
      const pieces = `{"execute":"guest-ping","arguments":{"x":[${'"xxxx",'.repeat(1000)}1]}}`;
      assert.match(await ask(socket, pieces), /JSON token size limit exceeded: max-request-size is 5000"/);
      const deep = `{"x":${'['.repeat(8)}${']'.repeat(8)}}`;
      assert.match(await ask(socket, deep), /JSON nesting depth limit exceeded: max-request-depth is 8"/);
      assert.equal(await ask(socket, '{"execute":"guest-ping"}'), '{"return": {}}\n');
      socket.destroy();
    });

    test('files and programs have an end, which is named', async () => {
      const handles = [await agent.ask(OPEN), await agent.ask(OPEN)].map((reply) => returned(reply) as number);
      assert.match(await agent.ask(OPEN), /too many open files: 2 handles are in use \(max-open-files, and/);
      for (const handle of handles) {
        const reply = await agent.ask(`{"execute":"guest-file-close","arguments":{"handle":${String(handle)}}}`);
        assert.equal(reply, '{"return": {}}\n');
      }
      const { pid } = returned(await agent.ask(SLEEP)) as { pid: number };
      assert.match(await agent.ask(SLEEP), /too many programs are running: max-programs is 1, wait/);
      process.kill(pid);
    });

    test('what programs write is kept up to its limit, and cut off visibly', async () => {
      const start =
        '{"execute":"guest-exec","arguments":{"path":"head","arg":["-c","70000","/dev/zero"],"capture-output":true}}';
      let reply = await agent.ask(start);
      while (reply.includes('too many programs')) reply = await agent.ask(start);
      const { pid } = returned(reply) as { pid: number };
      const status = `{"execute":"guest-exec-status","arguments":{"pid":${String(pid)}}}`;
      let ended = returned(await agent.ask(status)) as Record<string, unknown>;
      while (ended['exited'] !== true) ended = returned(await agent.ask(status)) as Record<string, unknown>;
      assert.equal(ended['out-truncated'], true);
      assert.equal(Buffer.from(String(ended['out-data']), 'base64').length, 65_536);
    });

    test('clients beyond the limit wait for their turn, and the log says so', async () => {
      const clients = [];
      for (let count = 0; count < 3; count++) {
        const socket = await connect(agent.socketPath);
        assert.match(await ask(socket, SYNC), /7/);
        clients.push(socket);
      }
      const late = await connect(agent.socketPath);
      const reply = ask(late, SYNC);
      const first = await Promise.race([reply, ask(clients[1] as net.Socket, STATUS)]);
      assert.match(first, /thawed/);
      clients[0]?.destroy();
      assert.match(await reply, /7/);
      await agent.logged('as many clients as may be: max-clients is 3, further ones wait');
      for (const socket of [...clients, late]) socket.destroy();
    });

    test('a client that takes no replies is dropped after its time, which the log names', async () => {
      const socket = net.connect(agent.socketPath);
      socket.pause();
      const lost = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => undefined);
      const flood = `${SYNC}\n`.repeat(10_000);
      for (let count = 0; count < 40; count++) socket.write(flood);
      await agent.logged('did not take a reply for 1 s (write-timeout) and is dropped');
      socket.resume();
      await lost;
    });

    test('too many requests are refused one by one, but never what helps out of trouble', async () => {
      const other = new Limited(host, ['--max-requests-per-second=5']);
      const socket = await connect(other.socketPath);
      const pings = Array.from({ length: 200 }, () => '{"execute":"guest-ping"}');
      const replies = await askAll(socket, [...pings, THAW, STATUS, SYNC]);
      const refused = replies.filter((reply) => reply.includes('too many requests: max-requests-per-second is 5, try'));
      assert.ok(refused.length > 100 && refused.length < 200, String(refused.length));
      assert.deepEqual(replies.slice(-3), ['{"return": 0}', '{"return": "thawed"}', '{"return": 7}']);
      // each client has requests of its own
      assert.equal(await other.ask('{"execute":"guest-ping"}'), '{"return": {}}\n');
      socket.destroy();
      await other.end();
      assert.equal(other.log.match(/asks too much: max-requests-per-second is 5/g)?.length, 1);
    });

    test('a value outside a limit’s range is refused by name', async () => {
      const { code, stderr } = await runProgram(host, ['--max-clients=0']);
      assert.equal(code, 1);
      assert.match(stderr, /option '--max-clients': a number from 1 to 64 is needed, not '0'/);
    });
  });
}

test('the page of limits tells what the program has', () => {
  const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
  const rows = Object.values(LIMITS).map(({ key, least, most, usual }) => ({ key, usual, range: [least, most] }));
  assert.deepEqual(documentedLimits(page), rows);
});

test('every limit stands in the example configuration with its usual value', () => {
  const file = readFileSync(new URL('../system/qemu-ga.conf', import.meta.url), 'utf8');
  for (const { key, usual } of Object.values(LIMITS)) assert.ok(file.includes(`\n#${key}=${String(usual)}\n`), key);
});

test('limits are the usual ones where nothing was said', () => {
  assert.equal(limitsOf().maxClients, 16);
  assert.equal(limitsOf({ maxClients: 2, maxPrograms: undefined }).maxClients, 2);
  assert.equal(limitsOf({ maxClients: 2, maxPrograms: undefined }).maxPrograms, 256);
});

test('a rate allows the requests of a second at once, and as many again in the next', () => {
  let now = 0;
  const rate = new RequestRate(3, { monotonic: () => now });
  const ping = { kind: 'message', value: new Map([['execute', 'guest-ping']]) } as const;
  const thaw = { kind: 'message', value: new Map([['execute', 'guest-fsfreeze-thaw']]) } as const;
  const broken = { kind: 'broken', reason: 'x' } as const;
  assert.deepEqual(
    [ping, broken, ping, ping].map((frame) => rate.admits(frame)),
    [true, true, true, false],
  );
  assert.equal(rate.admits(thaw), true);
  now = 333;
  assert.equal(rate.admits(ping), false);
  now = 334;
  assert.deepEqual([rate.admits(ping), rate.admits(ping)], [true, false]);
  now = 60_000;
  assert.deepEqual(
    Array.from({ length: 4 }, () => rate.admits(ping)),
    [true, true, true, false],
  );
});

test('a line that comes again and again is written now and then, with the number of the others', () => {
  let now = 0;
  const lines: string[] = [];
  const tell = seldom({ monotonic: () => now }, (line) => lines.push(line));
  for (const line of ['a', 'b', 'c']) tell(line);
  now = 10_000;
  tell('d');
  tell('e');
  assert.deepEqual(lines, ['a', 'd (and 2 more since the last such line)']);
});
