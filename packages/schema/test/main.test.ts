import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generate } from '../dist/generate.js';
import { main } from '../dist/main.js';
import { FIXTURES, NO_EXCEPTIONS } from './support.js';

async function qapi(...argv: readonly string[]) {
  const result = { status: 0, out: '', err: '' };
  result.status = await main(argv, {
    out: (text) => void (result.out += text),
    err: (text) => void (result.err += text),
  });
  return result;
}

function fixture(name: string): string {
  return fileURLToPath(new URL(name, FIXTURES));
}

test('check prints warnings and a summary', async () => {
  const { status, out, err } = await qapi('check', fixture('missing-comma.json'));
  assert.equal(status, 0);
  assert.equal(out, '1 command; 1 warning\n');
  assert.match(err, /missing-comma\.json:4:3: warning: In command 'echo': ',' is missing before 'data'\n$/);
});

test('check prints what is wrong and fails', async () => {
  const { status, out, err } = await qapi('check', fixture('type-unknown.json'));
  assert.deepEqual([status, out], [1, '']);
  assert.match(err, /type-unknown\.json:3:30: error: In command 'a': unknown type 'Nowhere'\n$/);
});

test('dump prints JSON', async () => {
  const { status, out } = await qapi('dump', fixture('empty-schema.json'));
  assert.deepEqual([status, JSON.parse(out)], [0, []]);
});

test('a file that cannot be read is one line', async () => {
  const { status, err } = await qapi('check', '/nonexistent/schema.json');
  assert.equal(status, 1);
  assert.match(err, /^qapi: ENOENT.*\n$/);
});

for (const argv of [['help'], ['--help'], ['-h'], ['check', '--help'], ['generate', '--help']]) {
  test(`qapi ${argv.join(' ')} prints help`, async () => {
    const { status, out, err } = await qapi(...argv);
    assert.deepEqual([status, err], [0, '']);
    assert.match(out, /^usage: qapi check FILE/);
  });
}

const USAGE: readonly (readonly [string, string])[] = [
  ['', 'no verb given'],
  ['chekc x', "unknown verb 'chekc'"],
  ['check', "'check' takes exactly one file"],
  ['check a b', "'check' takes exactly one file"],
  ['check --fast a', "unknown flag '--fast' for 'check'"],
  ['dump --check a', "unknown flag '--check' for 'dump'"],
  ['generate --force', "unknown flag '--force' for 'generate'"],
  ['generate here', "unexpected argument 'here'"],
];

for (const [line, reason] of USAGE) {
  test(`wrong usage: qapi ${line}`, async () => {
    const result = await qapi(...line.split(' ').filter((word) => word !== ''));
    assert.deepEqual(result, { status: 2, out: '', err: `qapi: ${reason}; see 'qapi --help'\n` });
  });
}

test('generate writes what changed and --check names it', () => {
  const root = mkdtempSync(join(tmpdir(), 'qapi-'));
  try {
    const places = { entry: join(root, 'entry.json'), exceptions: join(root, 'exceptions.json'), root };
    const lines: string[] = [];
    const output = { out: (text: string) => void lines.push(text), err: (text: string) => void lines.push(text) };
    const run = (check: boolean): number => generate({ check }, places, output);
    writeFileSync(places.entry, "{ 'command': 'ping' }");
    writeFileSync(places.exceptions, NO_EXCEPTIONS);

    assert.equal(run(true), 1);
    assert.equal(lines[0], 'packages/protocol/src/generated/types.ts is stale: run "npm run generate"\n');
    assert.equal(run(false), 0);
    assert.equal(lines.at(-1), '1 command; 0 warnings; 5 files written\n');
    assert.equal(run(true), 0);

    const reference = join(root, 'docs/reference.md');
    const before = statSync(join(root, 'packages/protocol/src/generated/types.ts')).mtimeMs;
    writeFileSync(reference, 'edited');
    assert.equal(run(false), 0);
    assert.equal(lines.at(-1), '1 command; 0 warnings; 1 file written\n');
    assert.equal(statSync(join(root, 'packages/protocol/src/generated/types.ts')).mtimeMs, before);
    assert.match(readFileSync(reference, 'utf8'), /### ping/);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the committed generated files are fresh', async () => {
  const { status, err } = await qapi('generate', '--check');
  assert.equal(status, 0, err);
});
