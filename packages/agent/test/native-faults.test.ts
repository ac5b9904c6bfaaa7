import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, connect, finished, nativeHost, temporaryFolder } from './support/agent-process.js';

const [BINARY] = nativeHost.command;
/** the sanitizers bring libraries, and reserve more memory than a test would allow */
const sanitized = process.env['ASAN_OPTIONS'] === undefined ? false : 'the sanitizers do not fit in there';
/** the end of that build is for the debugger only, and not missed */
const debugging = sanitized === false ? false : 'that build ends with what only a debugger reads';
const unprivileged = process.getuid?.() === 0 ? false : 'needs root';
const PING = '{"execute":"guest-ping"}';
const PONG = '{"return": {}}\n';

/** Asks again and again; the number of times is the limit. */
async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await check()) return;
    await sleep(25);
  }
  assert.fail(`never: ${what}`);
}

function childrenOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter((word) => word !== '');
}

suite('faults around the native host', { skip: nativeHost.missing }, () => {
  let place: ReturnType<typeof temporaryFolder>;
  let socket: string;
  let running: ChildProcess | undefined;
  beforeEach(() => {
    place = temporaryFolder();
    socket = path.join(place.folder, 'socket');
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    running = undefined;
    place.remove();
  });

  /** Starts a program that becomes the agent. */
  function start(program: string, ...args: string[]): ChildProcess {
    const options = ['-m', 'unix-listen', '-p', socket, '-t', place.folder, '-f', path.join(place.folder, 'pid')];
    running = spawn(program, [...args, BINARY, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    return running;
  }

  /** A shell that runs some text before it becomes the agent. */
  const startBy = (shell: string): ChildProcess => start('/bin/sh', '-c', shell, 'sh');

  async function run(client: Awaited<ReturnType<typeof connect>>, script: string): Promise<void> {
    const args = { path: '/bin/sh', arg: ['-c', script] };
    const reply = await ask(client, JSON.stringify({ execute: 'guest-exec', arguments: args }));
    const pid = Number(/"pid": (\d+)/.exec(reply)?.[1]);
    const status = `{"execute":"guest-exec-status","arguments":{"pid":${pid}}}`;
    await until(`the end of ${script}`, async () => (await ask(client, status)).includes('"exited": true'));
  }

  for (const part of [0.01, 0.3, 0.6, 0.9, 0.99]) {
    test(`${part * 100} % of the binary do not run`, { skip: debugging }, () => {
      const file = path.join(place.folder, 'cut');
      copyFileSync(BINARY, file);
      truncateSync(file, Math.floor(readFileSync(BINARY).length * part));
      chmodSync(file, 0o755);
      const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 });
      assert.notEqual(status, 0);
      assert.ok(!stdout, stdout);
    });
  }

  test('bytecode with one wrong bit is refused', () => {
    const file = path.join(place.folder, 'changed');
    const bytes = readFileSync(BINARY);
    const at = bytes.indexOf('guest-fsfreeze-freeze-list');
    assert.ok(at > 0, 'the bytecode has the commands’ names');
    for (const offset of [0, 5000, -500]) {
      const changed = Buffer.from(bytes);
      changed[at + offset] = (changed[at + offset] ?? 0) ^ 1;
      writeFileSync(file, changed, { mode: 0o755 });
      const { status, stderr } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 });
      assert.equal(status, 1);
      assert.match(stderr, /^qemu-ga: internal error: SyntaxError: checksum error\n/);
    }
  });

  test('no memory for a command: an error reply, and the agent goes on', { skip: sanitized }, async () => {
    const file = path.join(place.folder, 'large');
    writeFileSync(file, 'x');
    truncateSync(file, 60 * 1024 * 1024);
    const agent = start('prlimit', '--as=40000000');
    const errors = finished(agent);
    const client = await connect(socket);
    const opened = await ask(client, JSON.stringify({ execute: 'guest-file-open', arguments: { path: file } }));
    const handle = /\d+/.exec(opened)?.[0] ?? '';
    const read = (count: number): Promise<string> =>
      ask(client, `{"execute":"guest-file-read","arguments":{"handle":${handle},"count":${count}}}`);
    assert.match(await read(48 * 1024 * 1024), /"desc": "internal error: out of memory"/);
    await ask(client, `{"execute":"guest-file-seek","arguments":{"handle":${handle},"offset":0,"whence":0}}`);
    assert.match(await read(3), /"count": 3, "buf-b64": "eAAA"/);
    client.destroy();
    agent.kill();
    assert.match((await errors).stderr, /guest-file-read of user \d+, process \d+: internal error: out of memory/);
  });

  test('a small stack: the deepest request is answered', { skip: sanitized }, async () => {
    start('prlimit', `--stack=${64 * 1024}`);
    const client = await connect(socket);
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    assert.equal(await ask(client, `{"execute":"guest-ping","id":${deep}}`), `{"return": {}, "id": ${deep}}\n`);
    client.destroy();
  });

  for (const closed of ['<&-', '>&-', '2>&-', '<&- >&- 2>&-']) {
    test(`closed standard descriptors (${closed}): their places are kept`, async () => {
      const agent = startBy(`exec "$@" ${closed}`);
      const client = await connect(socket);
      for (const fd of closed.includes(' ') ? [0, 1, 2] : [closed === '<&-' ? 0 : closed === '>&-' ? 1 : 2]) {
        assert.equal(readlinkSync(`/proc/${agent.pid}/fd/${fd}`), '/dev/null');
      }
      await run(client, 'echo out; echo error >&2');
      assert.equal(await ask(client, PING), PONG);
      client.destroy();
    });
  }

  test('a parent that ignores SIGCHLD: the end of a program is seen', async () => {
    start('env', '--ignore-signal=CHLD');
    const client = await connect(socket);
    await run(client, 'exit 3');
    client.destroy();
  });

  test(
    'process 1 of a container: orphans are reaped, SIGTERM from inside ends it',
    { skip: unprivileged },
    async () => {
      const agent = start('unshare', '--pid', '--fork', '--mount-proc', '--kill-child');
      const ended = finished(agent);
      const client = await connect(socket);
      const init = Number(childrenOf(agent.pid ?? 0)[0]);
      await run(client, 'sleep 1 & sleep 1 & exit 0');
      assert.equal(childrenOf(init).length, 2, 'the orphans are its children now');
      await until('no child is left', () => childrenOf(init).length === 0);
      client.write('{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","kill -TERM 1"]}}');
      assert.deepEqual(await ended, { code: 0, stdout: '', stderr: '' });
      client.destroy();
    },
  );

  test('a read-only root without /proc and /dev', { skip: unprivileged || sanitized }, async () => {
    const root = path.join(place.folder, 'root');
    const shared = path.join(place.folder, 'shared');
    mkdirSync(path.join(root, 'run'), { recursive: true });
    mkdirSync(shared);
    copyFileSync(BINARY, path.join(root, 'qemu-ga'));
    const mounts = `mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && mount --bind "$1" "$0/run" && shift`;
    const inside = (...options: string[]): ChildProcess => {
      const shell = `${mounts} && exec chroot "$0" /qemu-ga -m unix-listen "$@"`;
      running = spawn('unshare', ['--mount', 'sh', '-c', shell, root, shared, ...options], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return running;
    };
    const refused = await finished(inside('-p', '/run/socket', '-t', '/'));
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /unable to create state file at path \/+qga.state: Read-only file system/);

    inside('-p', '/run/socket', '-t', '/run', '-f', '/run/pid');
    const client = await connect(path.join(shared, 'socket'));
    assert.match(await ask(client, '{"execute":"guest-get-fsinfo"}'), /^\{"error": \{"class": "GenericError"/);
    assert.match(await ask(client, '{"execute":"guest-get-osinfo"}'), /"kernel-release"/);
    assert.match(
      await ask(client, '{"execute":"guest-file-open","arguments":{"path":"/x","mode":"w"}}'),
      /Read-only file system/,
    );
    assert.match(await ask(client, '{"execute":"guest-exec","arguments":{"path":"/qemu-ga"}}'), /"error"/);
    assert.equal(await ask(client, PING), PONG);
    client.destroy();
  });
});
