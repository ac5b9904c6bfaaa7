import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { suite, test } from 'node:test';
import { ask, connect, hosts, startProgram, temporaryFolder, type Host } from './support/agent-process.js';

/** Node has no datagram sockets in the file system. A JSON text for each datagram, and before them one when it listens. */
const LISTENER = `
import json, os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('"listening"', flush=True)
while True: print(json.dumps(listener.recv(65536).decode()), flush=True)
`;

/** A log daemon at a path. */
class LogDaemon {
  readonly #path: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(place: string) {
    this.#path = place;
    this.#process = spawn('python3', ['-c', LISTENER, place], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: Interface = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  static async start(place: string): Promise<LogDaemon> {
    const daemon = new LogDaemon(place);
    assert.equal(await daemon.received(), 'listening');
    return daemon;
  }

  /** The next datagram. */
  async received(): Promise<string> {
    return JSON.parse((await this.#lines.next()).value as string) as string;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'close');
    this.#process.kill();
    await ended;
    rmSync(this.#path);
  }
}

/** The devices that a program expects. */
const DEVICES = ['null 1 3', 'zero 1 5', 'urandom 1 9'];
const MAKE = DEVICES.map((device) => `mknod -m 666 "$1"/dev/${device.replace(' ', ' c ')}`).join(' && ');
const ENTER = 'folder=$1 && shift && mount --bind "$folder/dev" /dev && mount --bind "$folder/run" /run && exec "$@"';

/** A host whose agent has a /dev and a /run of its own, in which the test can put log daemons. */
function apart(host: Host, folder: string): Host {
  mkdirSync(path.join(folder, 'dev'));
  mkdirSync(path.join(folder, 'run/systemd/journal'), { recursive: true });
  const made = spawnSync('sh', ['-c', MAKE, 'sh', folder], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return { ...host, command: ['unshare', '-m', 'sh', '-c', ENTER, 'sh', folder, ...host.command] };
}

const APART = spawnSync('unshare', ['-m', 'true']).status === 0 ? undefined : 'needs root and mount namespaces';
const SYNC = '{"execute":"guest-sync","arguments":{"id":1}}';
const pause = (): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, 100, undefined));
const PLACES = { syslog: 'dev/log', journald: 'run/systemd/journal/socket' };
const BEGINNINGS = {
  syslog: /^<30>qemu-ga\[\d+\]: audit: (.*)$/,
  journald: /^SYSLOG_IDENTIFIER=qemu-ga-audit\nPRIORITY=6\nMESSAGE=(.*)\n$/,
};

for (const host of hosts) {
  suite(`the audit in the system's logs, on ${host.name}`, { skip: host.missing ?? APART ?? false }, () => {
    for (const kind of ['syslog', 'journald'] as const) {
      test(`${kind} gets every line; what is lost while it is away is counted and told`, async () => {
        const { folder, remove } = temporaryFolder();
        const place = path.join(folder, PLACES[kind]);
        const agent = startProgram(apart(host, folder), [
          ...['-m', 'unix-listen', '-p', path.join(folder, 's'), '-t', folder, `--audit=${kind}`],
        ]);
        let log = '';
        agent.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
        let daemon = await LogDaemon.start(place);
        /** The next line of the audit; the system log has other lines of the agent as well. */
        const audited = async (): Promise<Record<string, unknown>> => {
          for (;;) {
            const [, line] = BEGINNINGS[kind].exec(await daemon.received()) ?? [];
            if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
          }
        };
        try {
          const socket = await connect(path.join(folder, 's'));
          await ask(socket, '{"execute":"guest-ping"}');
          await ask(socket, '{"execute":"guest-nothing"}');
          assert.equal((await audited())['command'], 'guest-ping');
          assert.equal((await audited())['outcome'], 'error');

          await daemon.stop();
          for (let count = 0; count < 3; count++) await ask(socket, SYNC);
          daemon = await LogDaemon.start(place);
          // a daemon that is away is looked for once a second: until then lines are lost
          const found = audited();
          while ((await Promise.race([found, pause()])) === undefined) await ask(socket, SYNC);
          let line = await found;
          while (line['dropped'] === undefined) line = await audited();
          assert.ok(Number(line['dropped']) >= 3, JSON.stringify(line));
          assert.match(log, /error: audit: lines are lost: (No such file or directory|Connection refused)/);
          await ask(socket, '{"execute":"guest-info"}');
          while (line['command'] !== 'guest-info') line = await audited();
          socket.destroy();
        } finally {
          await daemon.stop();
          agent.kill();
          await once(agent, 'close');
          remove();
        }
      });
    }
  });
}
