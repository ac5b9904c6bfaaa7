import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapturedOutput, KEPT_OF_A_STREAM } from '../dist/core/captured-output.js';
import { limitsOf } from '../dist/core/limits.js';
import { ENDED_TIME_LIMIT, ProgramTable } from '../dist/core/program-table.js';
import type { ProcessOptions } from '../dist/platform.js';
import { ProgramWorld, settle, type FakeProgram } from './support/fake-programs.js';

const LIMITS = limitsOf({ maxPrograms: 80, maxEndedPrograms: 90, maxProgramOutput: 4 * KEPT_OF_A_STREAM });
const { maxEndedPrograms, maxProgramOutput, maxPrograms } = LIMITS;

const OPTIONS: ProcessOptions = {
  file: '/bin/x',
  argv: ['x'],
  stdin: 'null',
  stdout: 'pipe',
  stderr: 'pipe',
  session: false,
};

function setUp(): { world: ProgramWorld; table: ProgramTable; start: () => Promise<FakeProgram> } {
  const world = new ProgramWorld();
  const table = new ProgramTable(world.platform, LIMITS);
  const start = async (): Promise<FakeProgram> => {
    const pid = await table.start(OPTIONS);
    const program = world.programs.at(-1);
    assert.ok(program);
    assert.equal(program.pid, pid);
    return program;
  };
  return { world, table, start };
}

test('a stream is kept up to its limit, and only then called truncated', () => {
  const output = new CapturedOutput();
  const chunk = new Uint8Array(65_536).fill(7);
  for (let size = 0; size < KEPT_OF_A_STREAM; size += chunk.length) output.append(chunk, Infinity);
  assert.equal(output.length, KEPT_OF_A_STREAM);
  assert.equal(output.truncated, false);
  assert.equal(output.append(chunk, Infinity), 0);
  assert.equal(output.truncated, true);
  assert.equal(output.bytes.length, KEPT_OF_A_STREAM);
});

test('single bytes are kept in one piece', () => {
  const output = new CapturedOutput();
  for (let at = 0; at < 100_000; at++) output.append(Uint8Array.of(at), Infinity);
  assert.equal(output.bytes[99_999], 99_999 % 256);
  assert.ok(output.bytes.buffer.byteLength < 300_000);
});

test('a program ends when it is reaped and its pipes are at their end', async () => {
  const { table, start, world } = setUp();
  const program = await start();
  assert.equal(table.collect(program.pid), undefined);
  program.stdout.push(Buffer.from('out'));
  program.exit(3);
  await settle();
  assert.equal(table.collect(program.pid), undefined);
  program.stderr.push(Buffer.from('err'));
  program.closePipes();
  await settle();
  const ended = table.collect(program.pid);
  assert.deepEqual(ended?.exit, { code: 3, signal: undefined });
  assert.deepEqual([String(Buffer.from(ended.out.bytes)), String(Buffer.from(ended.err.bytes))], ['out', 'err']);
  assert.throws(() => table.collect(program.pid), { message: `PID ${program.pid} does not exist` });
  assert.equal(program.released, true);
  assert.equal(world.timers, 1);
});

test('a child of the program that holds the pipe delays its end by a moment only, and is read on', async () => {
  const { table, start, world } = setUp();
  const program = await start();
  program.stdout.push(Buffer.from('mine'));
  program.exit(0);
  await world.pass(1000);
  program.stdout.push(Buffer.from('late'));
  await settle();
  const ended = table.collect(program.pid);
  assert.equal(String(Buffer.from(ended?.out.bytes ?? [])), 'mine');
  assert.equal(program.released, false);
  program.closePipes();
  await settle();
  assert.equal(program.released, true);
});

test('pipes that are held for ever are let go when there are too many', async () => {
  const { start, world } = setUp();
  const programs: FakeProgram[] = [];
  for (let count = 0; count < 70; count++) programs.push(await start());
  for (const program of programs) program.exit(0);
  await world.pass(1000);
  assert.equal(programs.filter(({ released }) => released).length, 6);
  assert.equal(programs[0]?.released, true);
});

test('so many run at a time, those being started included', async () => {
  const { table, start } = setUp();
  const starts = Array.from({ length: maxPrograms }, () => start());
  await assert.rejects(() => table.start(OPTIONS), /too many programs are running: max-programs is 80, wait/);
  const programs = await Promise.all(starts.map((started) => started.catch(() => undefined)));
  assert.equal(programs.length, maxPrograms);
  await assert.rejects(() => table.start(OPTIONS), /too many programs are running: max-programs is 80, wait/);
});

test('a start that fails takes no place', async () => {
  const { table, world } = setUp();
  world.processes.start = () => Promise.reject(new Error('no'));
  for (let count = 0; count < maxPrograms + 1; count++) await assert.rejects(() => table.start(OPTIONS), /^Error: no$/);
});

async function runToEnd(start: () => Promise<FakeProgram>, output = ''): Promise<number> {
  const program = await start();
  if (output !== '') program.stdout.push(Buffer.from(output));
  program.exit(0);
  program.closePipes();
  await settle();
  return program.pid;
}

test('ended programs are forgotten after their time', async () => {
  const { table, start, world } = setUp();
  const first = await runToEnd(start);
  await world.pass(ENDED_TIME_LIMIT / 2);
  const second = await runToEnd(start);
  await world.pass(ENDED_TIME_LIMIT / 2);
  assert.throws(() => table.collect(first), /does not exist/);
  assert.equal(world.timers, 1);
  assert.equal(table.collect(second)?.exit.code, 0);
  await world.pass(ENDED_TIME_LIMIT);
  assert.equal(world.timers, 0);
});

test('of too many ended programs the oldest are forgotten', async () => {
  const { table, start } = setUp();
  const pids: number[] = [];
  for (let count = 0; count < maxEndedPrograms + 2; count++) pids.push(await runToEnd(start));
  assert.throws(() => table.collect(pids[1] ?? 0), /does not exist/);
  assert.equal(table.collect(pids[2] ?? 0)?.exit.code, 0);
});

test('a number that the system gives again is the new program', async () => {
  const { table, start, world } = setUp();
  world.nextPid = 7;
  await runToEnd(start, 'old');
  world.nextPid = 7;
  const program = await start();
  assert.equal(table.collect(7), undefined);
  program.exit(undefined, 9);
  program.closePipes();
  await settle();
  assert.deepEqual(table.collect(7)?.exit, { code: undefined, signal: 9 });
});

test('output that nobody asks for makes room for new output, the oldest first', async () => {
  const { table, start } = setUp();
  const whole = 'x'.repeat(KEPT_OF_A_STREAM);
  const pids: number[] = [];
  for (let kept = 0; kept < maxProgramOutput; kept += whole.length) pids.push(await runToEnd(start, whole));
  const running = await start();
  running.stdout.push(Buffer.from('new'));
  await settle();
  assert.throws(() => table.collect(pids[0] ?? 0), /does not exist/);
  assert.equal(table.collect(pids[1] ?? 0)?.out.length, KEPT_OF_A_STREAM);
});

test('when all the room is taken by running programs, output is cut and says so', async () => {
  const { table, start } = setUp();
  const whole = Buffer.alloc(KEPT_OF_A_STREAM);
  for (let kept = 0; kept < maxProgramOutput; kept += whole.length) (await start()).stdout.push(whole);
  await settle();
  const last = await start();
  last.stdout.push(Buffer.from('no room'));
  last.exit(0);
  last.closePipes();
  await settle();
  const ended = table.collect(last.pid);
  assert.deepEqual([ended?.out.length, ended?.out.truncated], [0, true]);
});

test('a table that is stopped keeps nothing and sets no timer', async () => {
  const { table, start, world } = setUp();
  const running = await start();
  const pid = await runToEnd(start);
  table.stop();
  assert.equal(world.timers, 0);
  assert.throws(() => table.collect(pid), /does not exist/);
  running.exit(0);
  running.closePipes();
  await settle();
  assert.equal(world.timers, 0);
});
