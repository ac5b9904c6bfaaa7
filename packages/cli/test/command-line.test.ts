import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { parseCommandLine } from '../dist/command-line.js';
import { readArguments } from '../dist/values.js';

/** The arguments that a command line stands for. */
async function argumentsOf(...argv: string[]): Promise<Record<string, unknown>> {
  const { command, options } = parseCommandLine(argv);
  assert.ok(command);
  return readArguments(command, options);
}

await test('own options stand anywhere; a command goes with or without its prefix', () => {
  for (const argv of [
    ['-s', '/x', 'ping', '--timeout', '1.5'],
    ['guest-ping', '--socket=/x', '--timeout=1.5'],
  ]) {
    const { globals, command } = parseCommandLine(argv);
    assert.deepEqual([globals.socket, globals.timeout, command?.name], ['/x', 1500, 'guest-ping']);
  }
});

await test('values take the type of the schema', async () => {
  assert.deepEqual(await argumentsOf('file-seek', '--handle', '5', '--offset', '-7', '--whence', 'end'), {
    handle: 5,
    offset: -7,
    whence: 'end',
  });
  assert.deepEqual(await argumentsOf('file-seek', '--handle=5', '--offset=0', '--whence=2'), {
    handle: 5,
    offset: 0,
    whence: 2,
  });
  assert.deepEqual(await argumentsOf('set-time', '--time', '9007199254740993'), { time: 9007199254740993n });
  assert.deepEqual(await argumentsOf('file-close', '--handle', '9007199254740993'), { handle: 9007199254740993n });
  assert.deepEqual(await argumentsOf('file-open', '--path', '@x', '--mode='), { path: '@x', mode: '' });
});

await test('lists are repeated options or a JSON array', async () => {
  const expected = { path: 'sh', arg: ['-c', 'exit 3'] };
  assert.deepEqual(await argumentsOf('exec', '--path', 'sh', '--arg', '-c', '--arg', 'exit 3'), expected);
  assert.deepEqual(await argumentsOf('exec', '--path', 'sh', '--arg', '["-c", "exit 3"]'), expected);
  assert.deepEqual(await argumentsOf('exec', '--path', 'sh', '--arg=[]'), { path: 'sh', arg: [] });
  const vcpus = [{ 'logical-id': 1, online: false }];
  assert.deepEqual(await argumentsOf('set-vcpus', '--vcpus', '{"logical-id": 1, "online": false}'), { vcpus });
  assert.deepEqual(await argumentsOf('set-vcpus', '--vcpus', JSON.stringify(vcpus)), { vcpus });
});

await test('switches stand alone or with a value', async () => {
  const base = ['ssh-add-authorized-keys', '--username', 'u', '--keys', 'k'];
  const reset = async (...more: string[]): Promise<unknown> => (await argumentsOf(...base, ...more))['reset'];
  assert.equal(await reset('--reset'), true);
  assert.equal(await reset('--reset=false'), false);
  assert.equal(await reset('--reset', 'false'), false);
  const { command, options } = parseCommandLine(['exec', '--capture-output', '--path', 'x']);
  assert.ok(command);
  assert.deepEqual(await readArguments(command, options), { path: 'x', 'capture-output': true });
  assert.deepEqual(await argumentsOf('exec', '--path', 'x', '--capture-output', 'merged'), {
    path: 'x',
    'capture-output': 'merged',
  });
});

await test('bytes are base64 or a file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'qga-cli-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'f');
  writeFileSync(file, 'from a file');
  const bytes = async (text: string): Promise<string> => {
    const args = await argumentsOf('file-write', '--handle', '1', '--buf-b64', text);
    return Buffer.from(args['buf-b64'] as Uint8Array).toString();
  };
  assert.equal(await bytes('aGVsbG8='), 'hello');
  assert.equal(await bytes(`@${file}`), 'from a file');
});

const MISTAKES: readonly (readonly [argv: string[], message: RegExp])[] = [
  [['pingg'], /unknown command 'pingg'; did you mean ping\?/],
  [['freeze'], /did you mean fsfreeze-/],
  [['--path', 'x'], /unknown option --path; options of a command stand behind it/],
  [['file-open', '--pat', 'x'], /has no option --pat; did you mean path\?/],
  [['file-open', '--path'], /--path needs a value/],
  [['file-open'], /guest-file-open needs --path/],
  [['file-seek', '--handle', '1'], /needs --offset and --whence/],
  [['file-open', 'x'], /unexpected word 'x'/],
  [['file-open', '--path', 'a', '--path', 'b'], /--path is given more than once/],
  [['file-close', '--handle', '1.0'], /--handle wants an integer, not '1.0'/],
  [['file-seek', '--handle=1', '--offset=0', '--whence=x'], /wants an integer or one of set, cur, end, not 'x'/],
  [['ssh-add-authorized-keys', '--username=u', '--keys=k', '--reset=maybe'], /wants true or false/],
  [['set-vcpus', '--vcpus', '{'], /this is not JSON/],
  [['set-vcpus', '--vcpus', '{"online": true}'], /Parameter 'vcpus.logical-id' is missing/],
  [['file-write', '--handle=1', '--buf-b64=?'], /wants base64/],
  [['file-write', '--handle=1', '--buf-b64=@/nowhere'], /no such file/],
  [['ping', '--timeout', 'soon'], /--timeout wants a number of seconds/],
  [['-x'], /unknown option '-x'/],
];

for (const [argv, message] of MISTAKES) {
  await test(`a mistake in one clear line: ${argv.join(' ')}`, async () => {
    await assert.rejects(async () => argumentsOf(...argv), { name: 'UsageError', message });
  });
}
