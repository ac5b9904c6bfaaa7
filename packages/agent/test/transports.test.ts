import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import koffi from 'koffi';
import type { ByteChannel, Listener } from '@qga/protocol';
import { nodeWires } from '../dist/node/platform.js';
import { listenUnix } from '../dist/node/transports/unix.js';
import { FdChannel } from '../dist/transports/fd-channel.js';
import { transports } from '../dist/transports/index.js';
import { connect, temporaryFolder } from './support/agent-process.js';

const wires = nodeWires();
const { descriptors } = wires;
const AF_VSOCK = 40;
const SOCK_STREAM = 1;

const nobodyElse = { uids: new Set<number>(), cids: new Set<number>(), refused: () => undefined };

/** The far end of a channel, as the test holds it. */
interface Peer {
  send(text: string): void;
  /** Reads until so many bytes have come. */
  receive(length: number): Promise<string>;
  hangUp(): void;
}

interface Place {
  readonly listener: Listener;
  connect(): Promise<Peer>;
  readonly severalClients: boolean;
}

/** A peer over a descriptor: it reads by trying again. */
function peerOf(fd: number): Peer {
  return {
    send: (text) => void descriptors.write(fd, [Buffer.from(text, 'latin1')], 0),
    async receive(length) {
      let text = '';
      for (let tries = 0; text.length < length && tries < 500; tries++) {
        const chunk = descriptors.read(fd);
        if (typeof chunk !== 'number') text += Buffer.from(chunk).toString('latin1');
        else await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return text;
    },
    hangUp: () => fs.closeSync(fd),
  };
}

async function accepted(listener: Listener): Promise<ByteChannel> {
  const channel = await listener.accept();
  assert.ok(channel !== undefined);
  return channel;
}

async function nextChunk(channel: ByteChannel): Promise<string> {
  for await (const chunk of channel.chunks) return Buffer.from(chunk).toString('latin1');
  return '(ended)';
}

/** What every transport owes its users. */
function contract(name: string, open: () => Promise<Place>, unavailable: string | undefined): void {
  suite(`transport ${name}`, { skip: unavailable }, () => {
    test('bytes go both ways, large ones too', async () => {
      const place = await open();
      const [peer, channel] = await Promise.all([place.connect(), accepted(place.listener)]);
      peer.send('to the agent\xff');
      assert.equal(await nextChunk(channel), 'to the agent\xff');
      const large = 'x'.repeat(200_000);
      const [received] = await Promise.all([
        peer.receive(large.length + 1),
        channel.write([Buffer.from(large), Buffer.from('\n')]),
      ]);
      assert.equal(received.length, large.length + 1);
      channel.close();
      peer.hangUp();
      await place.listener.close();
    });

    test('a peer that leaves ends its channel, and the next one is accepted', async () => {
      const place = await open();
      const [peer, channel] = await Promise.all([place.connect(), accepted(place.listener)]);
      peer.hangUp();
      // a broken channel may end with an error; what counts is that it ends
      await nextChunk(channel).catch(() => '(ended)');
      channel.close();
      if (place.severalClients) {
        const [again, second] = await Promise.all([place.connect(), accepted(place.listener)]);
        again.send('again');
        assert.equal(await nextChunk(second), 'again');
        second.close();
        again.hangUp();
      }
      await place.listener.close();
    });

    test('closing the listener ends accept', async () => {
      const place = await open();
      const waiting = place.severalClients ? place.listener.accept() : Promise.resolve(undefined);
      await place.listener.close();
      assert.equal(await waiting, undefined);
      assert.equal(await place.listener.accept(), undefined);
    });
  });
}

/** Both ways to listen on a unix socket: the shared one, and Node's own. */
function unixPlace(listen: (file: string) => Listener | Promise<Listener>): () => Promise<Place> {
  return async () => {
    const { folder } = temporaryFolder();
    const file = path.join(folder, 'socket');
    return {
      listener: await listen(file),
      severalClients: true,
      async connect() {
        const socket = await connect(file);
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        return {
          send: (data) => void socket.write(data, 'latin1'),
          async receive(length) {
            while (text.length < length) await new Promise((resolve) => setTimeout(resolve, 10));
            return text;
          },
          hangUp: () => void socket.destroy(),
        };
      },
    };
  };
}

contract(
  'unix-listen',
  unixPlace((file) => transports['unix-listen'](wires, file, nobodyElse)),
  undefined,
);
contract(
  'unix-listen over Node’s sockets',
  unixPlace((file) => listenUnix(wires, file, nobodyElse)),
  undefined,
);

/** Whether the kernel has vsock's loopback. */
function vsockMissing(): string | undefined {
  const loopback =
    fs.existsSync('/sys/module/vsock_loopback') || spawnSync('modprobe', ['vsock_loopback']).status === 0;
  return loopback ? undefined : 'no vsock_loopback in this kernel; npm run test:vm has it';
}

contract(
  'vsock-listen',
  async () => {
    const port = 20_000 + (process.pid % 10_000);
    return {
      listener: transports['vsock-listen'](wires, `1:${port}`, { ...nobodyElse, cids: new Set([1]) }),
      severalClients: true,
      connect() {
        const fd = descriptors.socket(AF_VSOCK, SOCK_STREAM, 0);
        const address = Buffer.alloc(16);
        address.writeUInt16LE(AF_VSOCK, 0);
        address.writeUInt32LE(port, 4);
        address.writeUInt32LE(1, 8);
        descriptors.connect(fd, address);
        return Promise.resolve(peerOf(fd));
      },
    };
  },
  vsockMissing(),
);

const libc = koffi.load(null);
const O_NONBLOCK_RDWR = 0o4002;

/** A pseudo-terminal: its master is the test's, its slave plays the serial line. */
function openPty(): { master: number; slave: string } {
  const master = libc.func('int posix_openpt(int flags)')(O_NONBLOCK_RDWR) as number;
  libc.func('int grantpt(int fd)')(master);
  libc.func('int unlockpt(int fd)')(master);
  return { master, slave: libc.func('const char *ptsname(int fd)')(master) as string };
}

contract(
  'isa-serial',
  async () => {
    const { master, slave } = openPty();
    const listener = transports['isa-serial'](wires, slave, nobodyElse);
    return { listener, severalClients: false, connect: () => Promise.resolve(peerOf(master)) };
  },
  fs.existsSync('/dev/ptmx') ? undefined : 'no pseudo-terminals here',
);

test('a serial line is raw: nothing is echoed, nothing is changed', async () => {
  const { master, slave } = openPty();
  const listener = transports['isa-serial'](wires, slave, nobodyElse);
  const channel = await accepted(listener);
  const peer = peerOf(master);
  peer.send('a\r\nb\x03\x04\x11\xff');
  assert.equal(await nextChunk(channel), 'a\r\nb\x03\x04\x11\xff');
  await channel.write([Buffer.from('c\n')]);
  assert.equal(await peer.receive(2), 'c\n');
  await listener.close();
  peer.hangUp();
});

test('a write to a descriptor that takes nothing waits without turning', async () => {
  const { master, slave } = openPty();
  const channel = new FdChannel(wires, fs.openSync(slave, O_NONBLOCK_RDWR), 'full line', 'line', {
    transport: 'isa-serial',
  });
  const before = process.cpuUsage();
  const writing = channel.write([Buffer.alloc(1024 * 1024)]);
  const outcome = await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 500, 'waits'))]);
  const { user, system } = process.cpuUsage(before);
  assert.equal(outcome, 'waits');
  assert.ok(user + system < 250_000, `${user + system} µs of processor time in half a second`);
  channel.close();
  await assert.rejects(async () => writing, /is gone/);
  fs.closeSync(master);
});
