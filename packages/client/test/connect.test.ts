import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { connect, ConnectError, type ConnectReason } from '../dist/node/index.js';

const folder = mkdtempSync(join(tmpdir(), 'qga-connect-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

async function reasonOf(path: string): Promise<ConnectReason> {
  try {
    await connect(path, { syncLimit: 100 });
  } catch (error) {
    assert.ok(error instanceof ConnectError);
    return error.reason;
  }
  return assert.fail('connected');
}

await test('no socket, and a path through something else', async () => {
  assert.equal(await reasonOf(join(folder, 'nothing')), 'absent');
  assert.equal(await reasonOf('/dev/null/agent.sock'), 'absent');
});

await test('nobody listens', async () => {
  const path = join(folder, 'orphan');
  const leaveSocketBehind = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', leaveSocketBehind, path]);
  assert.equal(await reasonOf(path), 'refused');
});

await test('connected, but silent', async () => {
  const path = join(folder, 'silent');
  const server = net.createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.equal(await reasonOf(path), 'silent');
  server.close();
});

await test('connected, and closed at once', async () => {
  const path = join(folder, 'hangup');
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.equal(await reasonOf(path), 'lost');
  server.close();
});

const root = process.getuid?.() === 0;

await test('not permitted', { skip: root ? 'root may open every socket' : false }, async () => {
  const path = join(folder, 'private');
  const server = net.createServer();
  const mask = process.umask(0o777);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  process.umask(mask);
  assert.equal(await reasonOf(path), 'forbidden');
  server.close();
});
