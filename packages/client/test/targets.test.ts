import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import {
  connect,
  ConnectError,
  parseTarget,
  TARGET_KINDS,
  TargetError,
  type ConnectReason,
} from '../dist/node/index.js';
import { FakeGuest } from '../dist/node/testing/index.js';
import { agents, scratchFolder, startAgent } from './running-agent.js';

const folder = scratchFolder();
const has = (program: string): boolean => spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;

async function reasonOf(target: string): Promise<ConnectReason> {
  const error: unknown = await connect(target, { syncLimit: 300 }).then(
    () => assert.fail('connected'),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof ConnectError, String(error));
  return error.reason;
}

async function listening(server: net.Server, address: string | number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(address, () => resolve()));
  const found = server.address();
  return typeof found === 'object' && found !== null ? found.port : 0;
}

await test('targets are read', () => {
  const names = (texts: readonly string[]): string[] => texts.map((text) => parseTarget(text).name);
  assert.deepEqual(names(['/run/a:b', 'unix:/x', './x:y', 'tcp:[::1]:5000', 'vsock:3:1024', 'hvsock:/v.sock:52']), [
    '/run/a:b',
    '/x',
    './x:y',
    'tcp:[::1]:5000',
    'vsock:3:1024',
    'hvsock:/v.sock:52',
  ]);
  assert.equal(parseTarget('libvirt:qemu+ssh://host/system/web1').replyLimit, 10 * 1024 * 1024);
  const wrong = [
    '',
    'ftp:x',
    'tcp:x',
    'tcp:x:70000',
    'vsock:x:1',
    'ssh:host',
    'ssh:-oX:/a',
    'exec: ',
    'libvirt:',
    'unix:',
  ];
  for (const text of wrong) assert.throws(() => parseTarget(text), TargetError, text);
  assert.ok(Object.entries(TARGET_KINDS).every(([kind, { form }]) => form.startsWith(`${kind}:`)));
});

const [agent] = agents;
const running = await startAgent(agent?.command ?? []);

await test('tcp: through a forwarder', async () => {
  const forwarder = net.createServer((socket) => {
    const inner = net.createConnection(running.socket);
    socket.pipe(inner).pipe(socket);
    socket.on('close', () => inner.destroy());
  });
  const port = await listening(forwarder, 0);
  const guest = await connect(`tcp:127.0.0.1:${String(port)}`);
  assert.deepEqual(await guest.call('guest-ping'), {});
  guest.close();
  forwarder.close();
  assert.equal(await reasonOf(`tcp:127.0.0.1:${String(port)}`), 'refused');
});

await test('exec: a program that leads to the agent, and programs that do not', async () => {
  const script = `const s=require("net").connect("${running.socket}"); process.stdin.pipe(s).pipe(process.stdout)`;
  const guest = await connect(`exec:${process.execPath} -e '${script}'`);
  const bytes = new Uint8Array(3_000_000).fill(7);
  await guest.writeFile(join(running.folder, 'by-exec'), bytes);
  assert.equal((await guest.readFile(join(running.folder, 'by-exec'))).length, bytes.length);
  guest.close();
  assert.equal(await reasonOf('exec:/nonexistent/program'), 'lost');
  assert.equal(await reasonOf('exec:sleep 5'), 'silent');
  await assert.rejects(connect('exec:echo no such host >&2; exit 1'), /no such host/);
});

await test('hvsock: the CONNECT handshake of Firecracker and Cloud Hypervisor', async () => {
  const hypervisor = net.createServer((socket) => {
    socket.once('data', (line) => {
      const [, port] = /^CONNECT (\d+)\n$/.exec(line.toString()) ?? [];
      if (port === '3') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      if (port === '2') socket.destroy();
      if (port !== '1') return;
      const inner = net.createConnection(running.socket);
      socket.write('OK 1073741824\n');
      socket.pipe(inner).pipe(socket);
      socket.on('close', () => inner.destroy());
    });
  });
  const path = join(folder, 'v.sock');
  await listening(hypervisor, path);
  const guest = await connect(`hvsock:${path}:1`);
  assert.deepEqual(await guest.call('guest-ping'), {});
  guest.close();
  assert.equal(await reasonOf(`hvsock:${path}:2`), 'refused');
  assert.equal(await reasonOf(`hvsock:${path}:3`), 'failed');
  assert.equal(await reasonOf(`hvsock:${folder}/none:1`), 'absent');
  hypervisor.close();
});

await test('vsock: what cannot be reached says so', async () => {
  // CID 2 is the host itself; nothing listens on that port there
  const reason = await reasonOf('vsock:2:4294967294');
  assert.ok(['absent', 'refused', 'failed', 'forbidden'].includes(reason), reason);
});

const sshd = has('/usr/sbin/sshd') ? false : 'no sshd on this machine';

await test('ssh: a host that cannot be logged in to', { skip: has('ssh') ? false : 'no ssh' }, async () => {
  const reason = await reasonOf('ssh:nobody@127.0.0.1:/run/agent.sock');
  assert.ok(['failed', 'forbidden'].includes(reason), reason);
});

await test(
  'ssh: through an sshd',
  { skip: process.env['QGA_TEST_SSH'] === undefined ? sshd || 'QGA_TEST_SSH names no login' : false },
  async () => {
    const guest = await connect(`ssh:${process.env['QGA_TEST_SSH'] ?? ''}:${running.socket}`);
    assert.deepEqual(await guest.call('guest-ping'), {});
    guest.close();
  },
);

await test('libvirt: without a domain', { skip: has('virsh') ? false : 'no virsh' }, async () => {
  const guest = await connect('libvirt:test:///default/nosuchdomain');
  await assert.rejects(guest.call('guest-ping'), ConnectError);
  guest.close();
});

const domain = process.env['QGA_TEST_LIBVIRT'];

await test(
  'libvirt: a domain with an agent',
  { skip: domain === undefined ? 'QGA_TEST_LIBVIRT names none' : false },
  async () => {
    const guest = await connect(`libvirt:${domain ?? ''}`);
    assert.deepEqual(await guest.call('guest-ping'), {});
    await assert.rejects(guest.call('guest-file-close', { handle: 1 }), /has not been found/);
    const bytes = new Uint8Array(300_000).fill(5);
    await guest.writeFile('/tmp/by-libvirt', bytes);
    assert.equal((await guest.readFile('/tmp/by-libvirt')).length, bytes.length);
    guest.close();
  },
);

const stock = '/usr/sbin/qemu-ga';

await test('another client holds the channel', { skip: existsSync(stock) ? false : 'no qemu-ga' }, async () => {
  const qemus = await startAgent([stock]);
  const first = await connect(qemus.socket);
  assert.equal(await reasonOf(qemus.socket), 'busy');
  first.close();
  const second = await connect(qemus.socket);
  second.close();
  await qemus.stop();
});

await test('a target made by hand', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  assert.deepEqual(await guest.call('guest-ping'), {});
  guest.close();
});

await running.stop();
