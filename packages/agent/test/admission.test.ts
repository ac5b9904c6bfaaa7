import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Descriptors } from '../dist/descriptors.js';
import { nodeWires } from '../dist/node/platform.js';
import { refusals, type Admission } from '../dist/transports/admission.js';
import { identifyUnix } from '../dist/transports/unix.js';
import { identifyVsock } from '../dist/transports/vsock.js';
import { temporaryFolder } from './support/agent-process.js';

const STRANGER = 54_321;
const asRoot = process.getuid?.() === 0;
const nobodyElse: Admission = { uids: new Set(), cids: new Set(), refused: () => undefined };

/** The kernel's answers about two descriptors: 1 listens, 2 has connected. */
function credentials(listening: number, connected: number): Descriptors {
  const peerCredentials = (fd: number): [number, number, number] => [4242, fd === 1 ? listening : connected, 0];
  return { ...nodeWires().descriptors, peerCredentials };
}

suite('who may connect', () => {
  test('to a unix socket: root, the agent’s own user, and whom the configuration adds', () => {
    const admits = (own: number, uid: number, uids: readonly number[] = []): boolean => {
      const wires = { ...nodeWires(), descriptors: credentials(own, uid) };
      return identifyUnix(wires, 1, { ...nobodyElse, uids: new Set(uids) })(2).admitted;
    };
    assert.ok(admits(0, 0));
    assert.ok(admits(1000, 0));
    assert.ok(admits(1000, 1000));
    assert.ok(!admits(0, 1000));
    assert.ok(!admits(1000, 1001));
    assert.ok(admits(0, 1000, [5, 1000]));
  });

  test('a client is known by its user and process', () => {
    const wires = { ...nodeWires(), descriptors: credentials(0, 1000) };
    const client = identifyUnix(wires, 1, nobodyElse)(2);
    assert.deepEqual(client.identity, { transport: 'unix', uid: 1000, pid: 4242 });
    assert.equal(client.peer, 'user 1000, process 4242');
  });

  test('over vsock: the host, and whom the configuration adds', () => {
    const identify = (cid: number, cids: readonly number[] = []): ReturnType<ReturnType<typeof identifyVsock>> => {
      const address = Buffer.alloc(16);
      address.writeUInt32LE(cid, 8);
      return identifyVsock({ ...nobodyElse, cids: new Set(cids) })(7, address);
    };
    assert.ok(identify(2).admitted);
    assert.ok(!identify(1).admitted);
    assert.ok(!identify(3).admitted);
    assert.ok(identify(1, [1]).admitted);
    assert.deepEqual(identify(3).identity, { transport: 'vsock', cid: 3 });
  });

  test('who is refused cannot fill the log', () => {
    let now = 0;
    const lines: string[] = [];
    const tell = refusals({ ...nodeWires().clock, monotonic: () => now }, (line) => void lines.push(line));
    for (let tries = 0; tries < 1000; tries++) tell('user 5, process 6');
    now += 11_000;
    tell('user 5, process 7');
    assert.deepEqual(lines, [
      'refused user 5, process 6: it may not connect',
      'refused user 5, process 7: it may not connect (and 999 more since the last such line)',
    ]);
  });
});

/** Both hosts, the native one when it is built. */
const hosts = [
  { name: 'Node', command: [process.execPath, fileURLToPath(new URL('../bin/qemu-ga.js', import.meta.url))] },
  {
    name: 'native',
    command: [fileURLToPath(new URL('../../../build/native/x86_64/qemu-ga', import.meta.url))],
  },
] as const;

/** A client of another user: prints what it got. */
const CLIENT = `
const socket = require('node:net').connect(process.argv[1], () => socket.write(process.argv[2] + '\\n'));
let text = '';
socket.on('data', (chunk) => { text += chunk; socket.end(); });
socket.on('error', (error) => { text += error.code; });
socket.on('close', () => { console.log(text === '' ? 'hung up' : text.trim()); process.exit(); });`;

for (const { name, command } of hosts) {
  const skip = !asRoot ? 'needs root' : fs.existsSync(command.at(-1) ?? '') ? false : 'not built';
  suite(`the agent on ${name}`, { skip }, () => {
    let folder: string;
    let remove: () => void;
    beforeEach(() => {
      ({ folder, remove } = temporaryFolder());
    });
    afterEach(() => {
      remove();
    });

    /** Runs an agent with a configuration, asks it as other users, and gives what they and its log said. */
    async function asked(
      config: string,
      users: readonly number[],
      request = '{"execute":"guest-ping"}',
    ): Promise<{ answers: string[]; log: string }> {
      fs.chmodSync(folder, 0o755);
      const socket = path.join(folder, 'socket');
      const file = path.join(folder, 'agent.conf');
      fs.writeFileSync(file, config, { mode: 0o644 });
      const [program = '', ...args] = command;
      const given = [...args, '-c', file, '-m', 'unix-listen', '-p', socket, '-t', folder];
      const agent = spawn(program, given, { stdio: ['ignore', 'ignore', 'pipe'] });
      let log = '';
      agent.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
      const ended = new Promise((resolve) => agent.once('close', resolve));
      for (let tries = 0; tries < 200 && !fs.existsSync(socket) && agent.exitCode === null; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const answers = users.map((uid) => {
        const options = { uid, gid: uid, encoding: 'utf8', cwd: '/' } as const;
        return spawnSync(process.execPath, ['-e', CLIENT, socket, request], options).stdout.trim();
      });
      agent.kill('SIGTERM');
      await ended;
      return { answers, log };
    }

    test('hangs up on users that it is not for, and answers those it is for', async () => {
      const { answers, log } = await asked(`[general]\nallow-uids=${String(STRANGER)}\n`, [0, STRANGER, STRANGER + 1]);
      assert.deepEqual(answers.slice(0, 2), ['{"return": {}}', '{"return": {}}']);
      assert.notEqual(answers[2], '{"return": {}}');
      assert.match(log, /error: refused user 54322, process \d+: it may not connect/);
    });

    test('does not start with a configuration that others may write', async () => {
      fs.chmodSync(folder, 0o755);
      const file = path.join(folder, 'agent.conf');
      fs.writeFileSync(file, '[general]\n');
      fs.chmodSync(file, 0o666);
      const [program = '', ...args] = command;
      const { status, stderr } = spawnSync(program, [...args, '-c', file, '-D'], { encoding: 'utf8', timeout: 20_000 });
      assert.equal(status, 1);
      assert.match(stderr, /refused: .*agent\.conf can be written by others \(mode 0666\)/);
    });

    test('does not start with state, hook, pid file or socket where others may write', () => {
      const open = path.join(folder, 'open');
      fs.mkdirSync(open);
      fs.chmodSync(open, 0o777);
      const [program = '', ...args] = command;
      const config = ['-c', path.join(folder, 'agent.conf'), '-m', 'unix-listen'];
      fs.writeFileSync(path.join(folder, 'agent.conf'), '');
      const good = { p: path.join(folder, 'socket'), t: folder };
      const cases = [
        { text: /-t, statedir/, words: ['-p', good.p, '-t', open] },
        { text: /-F, fsfreeze-hook/, words: ['-p', good.p, '-t', good.t, `-F${open}/hook`] },
        { text: /-p, path/, words: ['-p', path.join(open, 'socket'), '-t', good.t] },
        { text: /-f, pidfile/, words: ['-d', '-p', good.p, '-t', good.t, '-f', path.join(open, 'pid')] },
      ];
      for (const { text, words } of cases) {
        const { status, stderr } = spawnSync(program, [...args, ...config, ...words], {
          encoding: 'utf8',
          timeout: 20_000,
        });
        assert.equal(status, 1, words.join(' '));
        assert.match(stderr, text);
        assert.match(stderr, /open can be written by others \(mode 0777\)/);
      }
    });

    test('keeps to its rules, whatever a link says', async () => {
      const open = path.join(folder, 'open');
      fs.mkdirSync(open);
      fs.writeFileSync(path.join(folder, 'secret'), 'secret');
      fs.symlinkSync('../secret', path.join(open, 'link'));
      const config = `[policy]\nfile-read=${open}/**\nfile-write=${open}/**\n`;
      for (const mode of ['r', 'w', 'a+']) {
        const args = { path: path.join(open, 'link'), mode };
        const request = JSON.stringify({ execute: 'guest-file-open', arguments: args });
        const { answers } = await asked(config, [0], request);
        assert.match(
          answers[0] ?? '',
          /"desc": "denied by policy: '.*\/secret': nothing in file-(read|write) permits it"/,
        );
        const plain = JSON.stringify({ execute: 'guest-file-open', arguments: { path: path.join(open, 'new'), mode } });
        const permitted = await asked(config, [0], plain);
        assert.match(permitted.answers[0] ?? '', mode === 'r' ? /No such file/ : /"return": 1\d\d\d/);
        fs.rmSync(path.join(open, 'new'), { force: true });
      }
      assert.equal(fs.readFileSync(path.join(folder, 'secret'), 'utf8'), 'secret');
    });

    test('keeps to its profile', async () => {
      const { answers } = await asked('[policy]\nprofile=backup\n', [0], '{"execute":"guest-get-users"}');
      assert.match(
        answers[0] ?? '',
        /Command guest-get-users has been disabled: policy: profile=backup does not include/,
      );
    });

    test('explains a policy, and says which line is wrong', () => {
      const [program = '', ...args] = command;
      const file = path.join(folder, 'policy.conf');
      const check = (text: string): { status: number | null; stdout: string; stderr: string } => {
        fs.writeFileSync(file, text);
        return spawnSync(program, [...args, '--check-policy', file], { encoding: 'utf8', timeout: 20_000 });
      };
      const good = check('[policy]\nprofile=backup\n');
      assert.equal(good.status, 0);
      assert.match(good.stdout, /^guest-exec +denied: profile=backup does not include it$/m);
      assert.match(good.stdout, /^guest-fsfreeze-thaw +allowed$/m);
      const bad = check('[policy]\n\nprofil=backup\n');
      assert.equal(bad.status, 1);
      assert.match(bad.stderr, /policy\.conf, line 3: no such rule: 'profil'/);
    });
  });
}
