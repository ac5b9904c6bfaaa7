import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { ask, connect, hosts, startProgram, temporaryFolder } from './support/agent-process.js';

/** More clients than a host has threads. */
const CLIENTS = 40;

/**
 * Mounts a FUSE filesystem that answers its kernel once and never again, in a mount namespace of its own, and becomes the agent.
 * The numbers are those of linux/fuse.h: FUSE_INIT's reply is a header of 16 bytes and 64 bytes, version 7.31.
 */
const DEAD_MOUNT = `
import ctypes, os, select, struct, sys
folder, command = sys.argv[1], sys.argv[2:]
fuse = os.open('/dev/fuse', os.O_RDWR)
options = f'fd={fuse},rootmode=40000,user_id=0,group_id=0'.encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b'dead', folder.encode(), b'fuse', 0, options): sys.exit(os.strerror(ctypes.get_errno()))
agent = os.getpid()
if os.fork() == 0:
    unique = struct.unpack('<IIQ', os.read(fuse, 65536)[:16])[2]
    os.write(fuse, struct.pack('<IiQ', 80, 0, unique) + struct.pack('<II', 7, 31) + bytes(56))
    while os.getppid() == agent: select.select([], [], [], 0.1)
    os._exit(0)
os.execvp(command[0], command)
`;

const missing = (): string | undefined => {
  if (!existsSync('/dev/fuse')) return 'needs /dev/fuse';
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? undefined : 'needs root and mount namespaces';
};

for (const host of hosts) {
  suite(`a dead disk, on ${host.name}`, { skip: host.missing ?? missing() ?? false }, () => {
    test('calls that never come back leave room for a freeze and a thaw', async () => {
      const { folder, remove } = temporaryFolder();
      const dead = path.join(folder, 'dead');
      mkdirSync(dead);
      const command = ['unshare', '-m', 'python3', '-c', DEAD_MOUNT, dead, ...host.command] as const;
      const socket = path.join(folder, 's');
      const args = ['-m', 'unix-listen', '-p', socket, '-t', folder, `--max-clients=${String(CLIENTS + 1)}`];
      const agent = startProgram({ ...host, command }, args);
      try {
        const clients = [];
        for (let count = 0; count < CLIENTS; count++) {
          const client = await connect(socket);
          const path = `${dead}/${String(count)}`;
          client.write(`{"execute":"guest-file-open","arguments":{"path":"${path}"}}\n`);
          clients.push(client);
        }
        const host = await connect(socket);
        assert.equal(await ask(host, '{"execute":"guest-sync","arguments":{"id":1}}'), '{"return": 1}\n');
        // a mount point that is not there: nothing is frozen, but the mounts are looked at and the marker is written
        const freeze = '{"execute":"guest-fsfreeze-freeze-list","arguments":{"mountpoints":["/nonexistent"]}}';
        assert.equal(await ask(host, freeze), '{"return": 0}\n');
        assert.equal(await ask(host, '{"execute":"guest-fsfreeze-thaw"}'), '{"return": 0}\n');
        assert.equal(clients.filter((client) => client.bytesRead > 0).length, 0);
        for (const client of [...clients, host]) client.destroy();
      } finally {
        agent.kill('SIGKILL');
        await once(agent, 'close');
        remove();
      }
    });
  });
}
