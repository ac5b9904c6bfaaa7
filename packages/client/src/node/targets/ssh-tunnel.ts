import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteChannel } from '@qga/protocol';
import { ConnectError } from '../../core/errors.js';
import { clientChannel, connectSocket } from './socket.js';
import { UNIX_REASONS } from './unix.js';

/** Milliseconds for logging in; nobody is there to type a password. */
const LOGIN_LIMIT = 20_000;
const LOOK = 50;
const OPEN_LIMIT = 5000;
const COMPLAINTS = 500;

/** An ssh that forwards, and the folder with its socket. */
interface Tunnel {
  readonly path: string;
  /** why it ended; undefined while it runs */
  ended(): string | undefined;
  close(): void;
}

/** @returns a channel to a unix socket on another host @throws ConnectError */
export async function openTunnel(name: string, host: string, remotePath: string): Promise<ByteChannel> {
  const folder = await mkdtemp(join(tmpdir(), 'qga-ssh-'));
  const tunnel = startTunnel(folder, host, remotePath);
  try {
    const socket = await connectTunnel(name, tunnel);
    const channel = clientChannel(socket, name);
    socket.once('close', () => {
      tunnel.close();
    });
    return channel;
  } catch (error) {
    tunnel.close();
    throw error;
  }
}

function startTunnel(folder: string, host: string, remotePath: string): Tunnel {
  const path = join(folder, 'agent.sock');
  const options = ['BatchMode=yes', 'ExitOnForwardFailure=yes', 'StreamLocalBindMask=0177', 'ControlPath=none'];
  const args = ['-N', '-T', ...options.flatMap((option) => ['-o', option]), '-L', `${path}:${remotePath}`, '--', host];
  const child = spawn('ssh', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  let ended: string | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-COMPLAINTS);
  });
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('close', () => {
    ended ??= complaints.trim().split('\n').at(-1) ?? '';
  });
  return {
    path,
    ended: () => ended,
    close: () => {
      child.kill();
      void rm(folder, { recursive: true, force: true });
    },
  };
}

async function connectTunnel(name: string, tunnel: Tunnel): ReturnType<typeof connectSocket> {
  const end = performance.now() + LOGIN_LIMIT;
  for (;;) {
    const ended = tunnel.ended();
    if (ended !== undefined) {
      const reason = /permission denied/i.test(ended) ? 'forbidden' : 'failed';
      throw new ConnectError(reason, `cannot connect to ${name}: ${ended || 'ssh ended'}`);
    }
    try {
      return await connectSocket({ path: tunnel.path }, name, UNIX_REASONS, OPEN_LIMIT);
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }
}
