import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { qga, scratchFolder, type Run } from './run-qga.js';

const AGENT = fileURLToPath(new URL('../../../node_modules/.bin/qemu-ga', import.meta.url));

const folder = scratchFolder();
const socket = join(folder, 'agent.sock');

const withAgent = (...argv: string[]): Promise<Run> => qga(['-s', socket, ...argv]);

const agent = spawn(process.execPath, [AGENT, '-m', 'unix-listen', '-p', socket, '-t', folder], { stdio: 'ignore' });
const ended = new Promise((resolve) => agent.once('exit', resolve));
for (let attempt = 0; attempt < 50 && (await withAgent('ping')).code !== 0; attempt++);

await test('0: the value is one line of JSON when piped', async () => {
  assert.deepEqual(await withAgent('call', 'ping'), { code: 0, out: '{}\n', error: '' });
  assert.deepEqual(await qga(['guest-sync', '--id=9223372036854775807'], { QGA_SOCKET: socket }), {
    code: 0,
    out: '9223372036854775807\n',
    error: '',
  });
});

await test('0: a file is written from standard input and read back', async () => {
  const handle = (await withAgent('guest-file-open', '--path', join(folder, 'file'), '--mode', 'w+')).out.trim();
  const written = await qga(['-s', socket, 'guest-file-write', '--handle', handle, '--buf-b64', '@-'], {}, 'some text');
  assert.deepEqual(JSON.parse(written.out), { count: 9, eof: false });
  assert.equal((await withAgent('guest-file-seek', '--handle', handle, '--offset', '5', '--whence', 'set')).code, 0);
  const read = JSON.parse((await withAgent('guest-file-read', '--handle', handle)).out) as { 'buf-b64': string };
  assert.equal(Buffer.from(read['buf-b64'], 'base64').toString(), 'text');
  assert.equal((await withAgent('guest-file-close', '--handle', handle)).code, 0);
});

await test('1: the agent refuses', async () => {
  const { code, out, error } = await withAgent('guest-file-close', '--handle', '77');
  assert.deepEqual([code, out], [1, '']);
  assert.equal(error, "qga: guest-file-close: handle '77' has not been found (GenericError)\n");
});

await test('2: the command line is wrong', async () => {
  for (const argv of [
    [],
    ['-s'],
    ['ping'],
    ['-s', 'bogus:x', 'ping'],
    ['-s', socket, 'pong'],
    ['-s', socket, 'guest-file-open'],
  ]) {
    const { code, out, error } = await qga(argv);
    assert.deepEqual([code, out], [2, ''], argv.join(' '));
    assert.match(error, /^qga: .+\n$/);
  }
});

await test('3: no contact', async () => {
  const absent = await qga(['-s', join(folder, 'nothing'), 'ping']);
  assert.equal(absent.code, 3);
  assert.match(absent.error, /no such socket/);
});

await test('3, 4 and 5: silence at once, silence later, nonsense', async (t) => {
  let later = '';
  const path = join(folder, 'odd');
  const server = net.createServer((client) => {
    client.on('error', () => undefined);
    client.on('data', (chunk) => {
      const id = /"id": (\d+)/.exec(chunk.toString('latin1'))?.[1];
      if (id === undefined) client.write(later);
      else if (later !== 'silence') client.write(Buffer.from(`\xff{"return": ${id}}\n`, 'latin1'));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const code = async (): Promise<number> => (await qga(['-s', path, '--timeout', '0.2', 'guest-get-host-name'])).code;
  assert.equal(await code(), 4);
  later = '{"return": "text"}\n';
  assert.equal(await code(), 5);
  later = 'silence';
  assert.equal(await code(), 3);
});

await test('help and version need no agent', async () => {
  const help = await qga(['--help']);
  assert.deepEqual([help.code, help.error], [0, '']);
  assert.match(help.out, /^Usage: qga/);
  assert.match((await qga(['call', 'file-open', '--help'])).out, /^guest-file-open: /);
  assert.match((await qga(['--version'])).out, /^qga \d+\.\d+\.\d+\n$/);
});

// a test that fails does not throw here
agent.kill();
await ended;
