import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, beforeEach, suite, test } from 'node:test';
import { AgentError, commandTables, plainKernels, type Frame, type JsonValue, type TypeRef } from '@qga/protocol';
import { TELLING, tellArguments } from '../dist/audit/arguments.js';
import { LineAuditor } from '../dist/audit/auditor.js';
import { FileSink } from '../dist/audit/file-sink.js';
import { AuditQueue } from '../dist/audit/queue.js';
import { Log } from '../dist/core/log.js';
import { SystemError } from '../dist/core/system-error.js';
import { nodePlatform } from '../dist/node/platform.js';
import { ask, connect, hosts, startProgram, temporaryFolder } from './support/agent-process.js';
import { request } from './support/memory-client.js';

const EIO = 5;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The names of members that hold text. */
function textMembers(type: TypeRef, name: string): string[] {
  if (type.kind === 'str' || type.kind === 'base64' || type.kind === 'enum') return [name];
  if (type.kind === 'array') return textMembers(type.of, name);
  if (type.kind === 'struct') return type.members.flatMap((member) => textMembers(member.type, member.name));
  if (type.kind === 'alternate') return type.branches.flatMap((branch) => textMembers(branch, name));
  if (type.kind === 'union') return Object.values(type.cases).flatMap((one) => textMembers(one, name));
  return [];
}

suite('what the audit tells of arguments', () => {
  const platform = nodePlatform({ write: () => undefined, syslog: () => undefined });
  const told = (members: Readonly<Record<string, JsonValue>>): unknown =>
    tellArguments({ ...platform, kernels: plainKernels }, new Map(Object.entries(members)));

  test('somebody has thought about every text that a command takes', () => {
    const known = new Set(Object.keys(TELLING));
    const texts = Object.values(commandTables).flatMap((table) => textMembers(table.arguments, ''));
    assert.ok(texts.includes('buf-b64') && texts.includes('password'));
    assert.deepEqual(
      texts.filter((name) => !known.has(name)),
      [],
    );
  });

  test('payloads by size and hash, variables by name, passwords by size, the unknown by size and hash', () => {
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.deepEqual(told({ path: '/x', 'buf-b64': 'YWJj', env: ['A=secret', 'B'], password: 'YWJj', new: 'abc' }), {
      path: '/x',
      'buf-b64': { bytes: 3, sha256 },
      env: ['A', 'B'],
      password: { characters: 4 },
      new: { characters: 3, sha256 },
    });
  });

  test('what is long is cut', () => {
    assert.match(JSON.stringify(told({ path: 'x'.repeat(10_000) })), /^.{250,300}\(10000 characters\)"\}$/);
    assert.match(JSON.stringify(told({ arg: Array<string>(100).fill('a') })), /"… 36 more"\]\}$/);
  });
});

suite('the audit’s queue', () => {
  let lines: string[] = [];
  let failing = false;
  const logged: string[] = [];
  const log = new Log(nodePlatform({ write: (text) => void logged.push(text), syslog: () => undefined }), false);
  let queue: AuditQueue;

  beforeEach(() => {
    lines = [];
    failing = false;
    logged.length = 0;
    const write = (batch: readonly string[]): Promise<void> => {
      if (failing) return Promise.reject(new SystemError(EIO));
      lines.push(...batch);
      return Promise.resolve();
    };
    queue = new AuditQueue({ write }, log, (count) => `dropped ${count}`);
  });
  afterEach(() => {
    log.release();
  });

  test('while filesystems are frozen lines wait, in order', async () => {
    log.hold();
    for (const line of ['a', 'b']) queue.add(line);
    await turn();
    assert.deepEqual(lines, []);
    log.release();
    await queue.flush();
    assert.deepEqual(lines, ['a', 'b']);
  });

  test('it goes on after a freeze in which there was nothing to write', async () => {
    log.hold();
    log.release();
    await turn();
    queue.add('a');
    await queue.flush();
    assert.deepEqual(lines, ['a']);
  });

  test('what is too much is dropped and told, be it many lines or long ones', async () => {
    log.hold();
    for (let count = 0; count < 10_003; count++) queue.add('x');
    log.release();
    await queue.flush();
    assert.deepEqual([lines.length, lines.at(-1)], [10_001, 'dropped 3']);
    lines = [];
    log.hold();
    for (let count = 0; count < 5; count++) queue.add('x'.repeat(1024 * 1024));
    log.release();
    await queue.flush();
    assert.deepEqual([lines.length, lines.at(-1)], [5, 'dropped 1']);
  });

  test('a sink that fails is logged once, and what it lost is told when it works again', async () => {
    failing = true;
    for (const line of ['a', 'b']) {
      queue.add(line);
      await queue.flush();
    }
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /audit: lines are lost: Input\/output error/);
    failing = false;
    queue.add('c');
    await queue.flush();
    assert.deepEqual(lines, ['c', 'dropped 2']);
  });
});

suite('the audit’s file', () => {
  const { files } = nodePlatform({ write: () => undefined, syslog: () => undefined });
  const place = temporaryFolder();
  after(() => place.remove());
  const inside = (name: string): string => path.join(place.folder, name);

  test('nobody else may read it; it is rotated, and the oldest goes', async () => {
    const file = inside('audit');
    const sink = new FileSink(files, file, { size: 10, keep: 2 });
    await sink.write(['1234567', 'abcdefg', 'ABCDEFG', '!!!!!!!', 'a', 'b']);
    const text = (name: string): string => fs.readFileSync(name, 'utf8');
    assert.deepEqual([text(`${file}.2`), text(`${file}.1`), text(file)], ['ABCDEFG\n', '!!!!!!!\na\n', 'b\n']);
    assert.ok(!fs.existsSync(`${file}.3`));
    for (const name of [file, `${file}.1`]) assert.equal(fs.statSync(name).mode & 0o777, 0o600);
  });

  test('what is there already counts', async () => {
    const file = inside('old');
    fs.writeFileSync(file, '12345678\n');
    await new FileSink(files, file, { size: 10, keep: 1 }).write(['new']);
    await new FileSink(files, file, { size: 10, keep: 1 }).write(['er']);
    assert.equal(fs.readFileSync(`${file}.1`, 'utf8'), '12345678\n');
    assert.equal(fs.readFileSync(file, 'utf8'), 'new\ner\n');
  });

  test('lines that fit go in one write', async () => {
    const written: number[] = [];
    const counting = Object.assign(Object.create(files) as typeof files, {
      write: (file: number, bytes: Uint8Array) => {
        written.push(bytes.length);
        return files.write(file, bytes);
      },
    });
    await new FileSink(counting, inside('batch'), { size: 10, keep: 1 }).write(['1', '2', '3', '4', '5', '6', '7']);
    assert.deepEqual(written, [10, 4]);
    assert.equal(fs.readFileSync(inside('batch'), 'utf8'), '6\n7\n');
  });

  test('neither a link is followed nor anything but a file written to', async () => {
    fs.writeFileSync(inside('target'), '');
    fs.symlinkSync(inside('target'), inside('link'));
    for (const name of ['link', '.']) {
      await assert.rejects(new FileSink(files, inside(name), { size: 0, keep: 0 }).write(['x']), SystemError);
    }
    assert.equal(fs.readFileSync(inside('target'), 'utf8'), '');
  });
});

/** A line of the audit, as far as the test looks. */
interface Line {
  readonly command: string;
  readonly outcome: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

suite('commands that the audit skips', () => {
  test('are not hashed, and told by size when they fail', async () => {
    const platform = nodePlatform({ write: () => undefined, syslog: () => undefined });
    let hashed = 0;
    const sha256 = (parts: readonly Uint8Array[]): Uint8Array => {
      hashed += 1;
      return platform.sha256(parts);
    };
    const lines: string[] = [];
    const write = (batch: readonly string[]): Promise<void> => {
      lines.push(...batch);
      return Promise.resolve();
    };
    const auditor = new LineAuditor({ ...platform, sha256 }, new Log(platform, false), { write }, ['guest-file-write']);
    const frame = (execute: string): Frame => ({
      kind: 'message',
      value: new Map<string, JsonValue>([
        ['execute', execute],
        ['arguments', new Map([['buf-b64', 'YWJj']])],
      ]),
    });
    auditor.begin(frame('guest-file-write'), undefined).end(undefined);
    auditor.begin(frame('guest-file-write'), undefined).end(new AgentError('no'));
    assert.equal(hashed, 0);
    auditor.begin(frame('guest-exec'), undefined).end(undefined);
    await auditor.flush();
    assert.equal(hashed, 1);
    const told = lines.map((line) => (JSON.parse(line) as Line).arguments['buf-b64']);
    assert.deepEqual(told[0], { characters: 4 });
    assert.match(JSON.stringify(told[1]), /"bytes":3,"sha256"/);
  });
});

suite('the audit of the program', () => {
  for (const host of hosts) {
    test(`${host.name}: one line a call, with no payload and no password`, { skip: host.missing }, async () => {
      const place = temporaryFolder();
      const inside = (name: string): string => path.join(place.folder, name);
      const args = ['-m', 'unix-listen', '-p', inside('socket'), '-t', place.folder, `--audit=${inside('audit')}`];
      const program = startProgram(host, [...args, '--audit-skip=guest-ping', '-b', 'guest-set-user-password']);
      const ended = new Promise((resolve) => program.once('close', resolve));
      try {
        const socket = await connect(inside('socket'));
        const secret = Buffer.from('nobody is to read this').toString('base64');
        await ask(socket, request('guest-ping'));
        await ask(socket, request('guest-ping', { path: 'no such argument' }));
        const opened = JSON.parse(await ask(socket, request('guest-file-open', { path: inside('f'), mode: 'w' }))) as {
          return: number;
        };
        await ask(socket, request('guest-file-write', { handle: opened.return, 'buf-b64': secret }));
        // blocked: nothing is set
        await ask(socket, request('guest-set-user-password', { username: 'nobody', password: secret, crypted: false }));
        socket.destroy();
        program.kill('SIGTERM');
        await ended;
        const text = fs.readFileSync(inside('audit'), 'utf8');
        const calls = text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Line);
        assert.deepEqual(
          calls.map(({ command, outcome }) => `${command} ${outcome}`),
          ['guest-ping error', 'guest-file-open ok', 'guest-file-write ok', 'guest-set-user-password denied'],
        );
        assert.match(JSON.stringify(calls[2]?.arguments['buf-b64']), /"bytes":22,"sha256"/);
        assert.ok(!text.includes(secret) && !text.includes('nobody is'));
      } finally {
        program.kill('SIGKILL');
        place.remove();
      }
    });
  }
});
