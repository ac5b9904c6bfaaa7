import { readFileSync, realpathSync } from 'node:fs';
import type { Target } from '../../core/environment.js';
import { ConnectError } from '../../core/errors.js';
import { clientChannel, connectSocket, type Reasons } from './socket.js';

/** Milliseconds; a unix socket answers at once or not at all. */
const OPEN_LIMIT = 5000;

/** What the errors of a unix socket mean. */
export const UNIX_REASONS: Reasons = {
  ENOENT: ['absent', 'there is no such socket; is the virtual machine (or the agent) running?'],
  ENOTDIR: ['absent', 'there is no such socket; part of the path is not a directory'],
  EACCES: ['forbidden', 'this user is not permitted to open the socket'],
  EPERM: ['forbidden', 'this user is not permitted to open the socket'],
  ECONNREFUSED: ['refused', 'nothing listens on it; what made the socket has ended'],
  EAGAIN: ['busy', 'another client holds it, and others wait already'],
};

/** @returns the agent behind a unix socket: QEMU's chardev, or an agent that listens itself */
export function unixTarget(path: string): Target {
  return {
    name: path,
    open: async () => clientChannel(await connectSocket({ path }, path, UNIX_REASONS, OPEN_LIMIT), path),
    explainSilence: () => Promise.resolve(explainSilence(path)),
  };
}

/** Where the kernel lists unix sockets; Linux only. */
const SOCKETS = '/proc/net/unix';

/**
 * QEMU, and its agent, take one client at a time: a second one waits, connected, until the first is gone. The kernel shows who
 * waits: a connection that nobody has accepted has no inode yet.
 */
function explainSilence(path: string): ConnectError | undefined {
  try {
    const own = realpathSync(path);
    const table = readFileSync(SOCKETS, 'latin1');
    // Num RefCount Protocol Flags Type St Inode Path
    const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
    const waiting = rows.some((row) => row[6] === '0' && (row[7] === own || row[7] === path));
    if (!waiting) return undefined;
    return new ConnectError('busy', `cannot connect to ${path}: another client holds it; QEMU serves one at a time`);
  } catch {
    return undefined;
  }
}
