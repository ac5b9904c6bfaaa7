import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { AF_UNIX } from '../dist/linux/constants.js';
import { nodeWires } from '../dist/node/platform.js';
import { unixAddress } from '../dist/transports/unix.js';
import { ask, connect, finished, temporaryFolder, type Outcome } from './support/agent-process.js';
import { HOSTS, type Host } from './support/hosts.js';

const { descriptors } = nodeWires();
const SOCK_STREAM = 1;
const AF_INET = 2;
/** A number that Node does not look at by itself when it starts. */
const HIGH = 40;

/** Starts the agent as a service manager does: descriptors from 3 on, and the shell's process number, which becomes the agent's. */
function startWith(
  { command }: Host,
  inherited: readonly (number | 'ignore')[],
  variables: string,
  args: readonly string[],
): ChildProcess {
  return spawn('/bin/sh', ['-c', `export ${variables} LISTEN_FDNAMES=x; exec "$@"`, 'sh', ...command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...inherited],
    env: { ...process.env, QGA_CONF: '/nonexistent/qemu-ga.conf' },
  });
}

const OURS = 'LISTEN_PID=$$ LISTEN_FDS=1';

function listeningSocket(file: string): number {
  const fd = descriptors.socket(AF_UNIX, SOCK_STREAM, 0);
  assert.equal(descriptors.bind(fd, unixAddress(file)), 0);
  assert.equal(descriptors.listen(fd, 5), 0);
  return fd;
}

/** What a shell that the agent runs prints. */
async function shellSays(client: Awaited<ReturnType<typeof connect>>, script: string): Promise<string> {
  const request = {
    execute: 'guest-exec',
    arguments: { path: '/bin/sh', arg: ['-c', script], 'capture-output': true },
  };
  const { pid } = (JSON.parse(await ask(client, JSON.stringify(request))) as { return: { pid: number } }).return;
  for (;;) {
    const reply = await ask(client, JSON.stringify({ execute: 'guest-exec-status', arguments: { pid } }));
    const status = (JSON.parse(reply) as { return: { exited: boolean; 'out-data'?: string } }).return;
    if (status.exited) return Buffer.from(status['out-data'] ?? '', 'base64').toString();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const PING = '{"execute":"guest-ping"}';
const PONG = '{"return": {}}\n';
/** The variables of socket activation, then the open descriptors; the shell lives until both are printed. */
const INHERITED = 'env | grep ^LISTEN_; ls /proc/$$/fd; :';

for (const host of HOSTS) {
  suite(`a socket handed over, on ${host.name}`, { skip: host.missing }, () => {
    let place: ReturnType<typeof temporaryFolder>;
    let file: string;
    let socket: number;
    let running: ChildProcess | undefined;
    beforeEach(() => {
      place = temporaryFolder();
      file = path.join(place.folder, 'socket');
      socket = listeningSocket(file);
    });
    afterEach(() => {
      // only where a test has failed
      running?.kill('SIGKILL');
      closeSync(socket);
      place.remove();
    });

    const outcome = (inherited: readonly number[], variables: string, args: readonly string[] = []): Promise<Outcome> =>
      finished(startWith(host, inherited, variables, ['-t', place.folder, ...args]));

    test('is served instead of the method and path, for several clients, and not passed on', async () => {
      const agent = (running = startWith(host, [socket], OURS, [
        '-m',
        'virtio-serial',
        '-p',
        '/nonexistent',
        '-t',
        place.folder,
      ]));
      const end = finished(agent);
      const clients = await Promise.all([connect(file), connect(file)]);
      for (const client of clients) assert.equal(await ask(client, PING), PONG);
      const said = await shellSays(clients[0], INHERITED);
      for (const client of clients) client.destroy();
      assert.equal(said, '0\n1\n2\n');
      agent.kill('SIGTERM');
      assert.deepEqual(await end, { code: 0, stdout: '', stderr: '' });
      assert.ok(existsSync(file), 'the socket file is its maker’s');
    });

    test('is served in the background too', async () => {
      const pidfile = path.join(place.folder, 'pid');
      assert.deepEqual(await outcome([socket], OURS, ['-d', '-f', pidfile]), { code: 0, stdout: '', stderr: '' });
      const client = await connect(file);
      assert.equal(await ask(client, PING), PONG);
      assert.equal(await shellSays(client, INHERITED), '0\n1\n2\n');
      process.kill(Number(readFileSync(pidfile, 'utf8')), 'SIGTERM');
      await new Promise((resolve) => client.once('close', resolve));
    });

    test('shows in the settings', async () => {
      const { stdout } = await outcome([socket], OURS, ['-m', 'isa-serial', '-p', '/x', '-D']);
      assert.match(stdout, /^method=unix-listen\npidfile/m);
    });

    test('is refused when it is not one listening unix or vsock socket', async () => {
      const failure = async (inherited: readonly number[], variables: string): Promise<(string | number | null)[]> => {
        const { code, stderr } = await outcome(inherited, variables);
        return [code, stderr.replace(/^.*?: /, '').trim()];
      };
      assert.deepEqual(await failure([socket, socket], 'LISTEN_PID=$$ LISTEN_FDS=2'), [
        1,
        'qemu-ga only supports listening on one socket',
      ]);
      const others = [openSync('/dev/null', 'r'), descriptors.socket(AF_INET, SOCK_STREAM, 0)];
      for (const other of others) assert.deepEqual(await failure([other], OURS), [1, 'unsupported listen fd type']);
      const idle = descriptors.socket(AF_UNIX, SOCK_STREAM, 0);
      assert.deepEqual(await failure([idle], OURS), [
        1,
        'critical: cannot use the inherited socket: it does not listen',
      ]);
      for (const fd of [...others, idle]) closeSync(fd);
    });

    for (const variables of ['LISTEN_PID=1 LISTEN_FDS=1', 'LISTEN_PID=$$ LISTEN_FDS=0', 'LISTEN_PID=$$ LISTEN_FDS=x']) {
      test(`is not looked at with ${variables}`, async () => {
        const { code, stderr } = await outcome([socket], variables, ['-p', '/nonexistent/port']);
        assert.equal(code, 1);
        assert.match(stderr, /error opening channel '\/nonexistent\/port'/);
      });
    }

    test('no other descriptor that the agent was started with reaches its programs', async () => {
      const secret = openSync('/etc/passwd', 'r');
      const gap = new Array<'ignore'>(HIGH - 4).fill('ignore');
      const agent = (running = startWith(host, [socket, ...gap, secret], OURS, ['-t', place.folder]));
      const end = finished(agent);
      closeSync(secret);
      const client = await connect(file);
      const said = await shellSays(client, INHERITED);
      client.destroy();
      assert.equal(said, '0\n1\n2\n');
      agent.kill('SIGTERM');
      assert.equal((await end).code, 0);
    });
  });
}
