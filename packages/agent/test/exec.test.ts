import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Base64Text, plainKernels, type GuestExecCaptureOutput, type GuestExecStatus } from '@qga/protocol';
import { execCommands } from '../dist/commands/exec.js';
import { openGuard } from '../dist/core/guard.js';
import type { Context } from '../dist/core/context.js';
import { limitsOf } from '../dist/core/limits.js';
import { ProgramTable } from '../dist/core/program-table.js';
import { linuxPaths } from '../dist/linux/paths.js';
import { nodePlatform } from '../dist/node/platform.js';
import { temporaryFolder } from './support/agent-process.js';

const { folder, remove } = temporaryFolder();
const platform = nodePlatform({ write: () => undefined, syslog: () => undefined });
const programs = new ProgramTable(platform, limitsOf());
const records: string[] = [];
const context = {
  platform,
  guard: openGuard,
  programs,
  paths: linuxPaths,
  log: { record: (text: string) => void records.push(text) },
} as unknown as Context;

after(() => {
  programs.stop();
  remove();
});

interface Request {
  readonly path: string;
  readonly arg?: string[];
  readonly env?: string[];
  readonly input?: string;
  readonly capture?: GuestExecCaptureOutput;
}

async function start({ path: program, arg, env, input, capture }: Request): Promise<number> {
  const { pid } = await execCommands['guest-exec'].run(
    {
      path: program,
      ...(arg === undefined ? {} : { arg }),
      ...(env === undefined ? {} : { env }),
      ...(input === undefined
        ? {}
        : { 'input-data': new Base64Text(plainKernels, Buffer.from(input).toString('base64')) }),
      ...(capture === undefined ? {} : { 'capture-output': capture }),
    },
    context,
  );
  return pid;
}

async function ended(pid: number): Promise<GuestExecStatus> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const status: GuestExecStatus = execCommands['guest-exec-status'].run({ pid }, context);
    if (status.exited) return status;
    await sleep(10);
  }
  throw new Error('the program does not end');
}

/** A status with its data as text. */
async function result(request: Request): Promise<Record<string, unknown>> {
  const status = await ended(await start(request));
  const entries = Object.entries(status).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString() : (value as unknown),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

const BOTH = ['-c', 'echo out; echo err >&2; exit 3'];
const OUT = { 'out-data': 'out\n', 'out-truncated': false };
const ERR = { 'err-data': 'err\n', 'err-truncated': false };
const CAPTURES: readonly [GuestExecCaptureOutput | undefined, object][] = [
  [undefined, {}],
  [false, {}],
  ['none', {}],
  [true, { ...OUT, ...ERR }],
  ['separated', { ...OUT, ...ERR }],
  ['stdout', OUT],
  ['stderr', ERR],
  ['merged', { 'out-data': 'out\nerr\n', 'out-truncated': false }],
];

for (const [capture, expected] of CAPTURES) {
  test(`capture-output ${String(capture)}`, async () => {
    const request = { path: 'sh', arg: BOTH, ...(capture === undefined ? {} : { capture }) };
    assert.deepEqual(await result(request), { exited: true, exitcode: 3, ...expected });
  });
}

test('input is fed and ends', async () => {
  assert.deepEqual(await result({ path: 'cat', input: 'héllo', capture: true }), {
    exited: true,
    exitcode: 0,
    'out-data': 'héllo',
    'out-truncated': false,
  });
  assert.deepEqual(await result({ path: 'cat', input: '', capture: true }), { exited: true, exitcode: 0 });
  assert.deepEqual(await result({ path: 'cat', capture: true }), { exited: true, exitcode: 0 });
});

test('a program that does not read its input is no fault', async () => {
  assert.deepEqual(await result({ path: 'true', input: 'x'.repeat(1_000_000) }), { exited: true, exitcode: 0 });
});

test('a signal is told, and a status is given once', async () => {
  const pid = await start({ path: 'sh', arg: ['-c', 'kill -TERM $$'] });
  assert.deepEqual(await ended(pid), { exited: true, signal: 15 });
  assert.throws(() => execCommands['guest-exec-status'].run({ pid }, context), {
    message: `PID ${pid} does not exist`,
  });
});

test('a child that keeps the pipe does not hide that the program has ended', async () => {
  const begin = performance.now();
  const request = { path: 'sh', arg: ['-c', 'sleep 5 & echo done'], capture: true };
  assert.equal((await result(request))['out-data'], 'done\n');
  assert.ok(performance.now() - begin < 3000);
});

test('more than 16 MiB are cut, not less', async () => {
  const write = async (bytes: number): Promise<unknown[]> => {
    const status = await ended(await start({ path: 'head', arg: ['-c', String(bytes), '/dev/zero'], capture: true }));
    return [status['out-data']?.length, status['out-truncated']];
  };
  assert.deepEqual(await write(16_777_216), [16_777_216, false]);
  assert.deepEqual(await write(16_777_217), [16_777_216, true]);
});

function script(name: string, text: string, mode = 0o755): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

test('the environment is the given one, and its PATH finds the program', async () => {
  script('a/which', 'text', 0o644);
  script('b/which', '#!/bin/sh\necho "b $FOO $HOME $0"\n');
  const PATH = `PATH=/nonexistent:${folder}/a:${folder}/b`;
  const request = { path: 'which', env: ['FOO=1', PATH], capture: true };
  assert.equal((await result(request))['out-data'], `b 1  ${folder}/b/which\n`);
  assert.equal((await result({ path: 'env', env: ['A=1', 'B==', 'C='], capture: true }))['out-data'], 'A=1\nB==\nC=\n');
  assert.equal((await result({ path: 'env', env: [], capture: true }))['out-data'], undefined);
});

test('a script without an interpreter is the shell’s', async () => {
  const file = script('plain', 'echo "plain $1"\n');
  assert.equal((await result({ path: file, arg: ['x'], capture: true }))['out-data'], 'plain x\n');
});

test('why a program cannot be executed', async () => {
  const refusal = (name: string, reason: string): object => ({
    message: `Failed to execute child process “${name}” (${reason})`,
  });
  const missing = 'No such file or directory';
  await assert.rejects(() => start({ path: 'nonexistentcmd' }), refusal('nonexistentcmd', missing));
  await assert.rejects(() => start({ path: '' }), refusal('', missing));
  await assert.rejects(() => start({ path: '/etc/none\0' }), refusal('/etc/none\0', missing));
  await assert.rejects(() => start({ path: '/etc' }), refusal('/etc', 'Permission denied'));
  await assert.rejects(() => start({ path: '/etc/passwd' }), refusal('/etc/passwd', 'Permission denied'));
  const denied = refusal('which', 'Permission denied');
  await assert.rejects(() => start({ path: 'which', env: [`PATH=${folder}/a:/none`] }), denied);
  await assert.rejects(() => start({ path: 'echo', env: ['PATH='] }), refusal('echo', missing));
  const bad = script('bad', '#!/nonexistent/interpreter\n');
  await assert.rejects(() => start({ path: bad }), refusal(bad, missing));
  const long = 'x'.repeat(200_000);
  await assert.rejects(() => start({ path: 'true', arg: [long] }), refusal('true', 'Argument list too long'));
});

test('an argument or variable with a NUL is refused', async () => {
  await assert.rejects(() => start({ path: 'true', arg: ['a', 'b\0'] }), {
    message: "Parameter 'arg[1]' contains a NUL character",
  });
  await assert.rejects(() => start({ path: 'true', env: ['A=\0'] }), {
    message: "Parameter 'env[0]' contains a NUL character",
  });
});

test('what is started is recorded', async () => {
  records.length = 0;
  await ended(await start({ path: 'true', arg: ['a', 'b c'] }));
  assert.equal(records[0], 'guest-exec called: "true a b c"');
});
