import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, ConnectError, type Guest, type TraceEvent } from '@qga/client';
import type { Cleanup } from './demo-cleanup.js';

const AGENT = fileURLToPath(new URL('../../node_modules/.bin/qemu-ga', import.meta.url));

/** Milliseconds for the agent to open its socket. */
const START_LIMIT = 10_000;
/** Milliseconds for it to end when it is asked to; then it is killed. */
const STOP_LIMIT = 3000;

/**
 * Starts the agent on a socket in the folder.
 * @returns the path of the socket
 */
export function startAgent(folder: string, cleanup: Cleanup): string {
  const socket = join(folder, 'agent.sock');
  const words = [AGENT, '-m', 'unix-listen', '-p', socket, '-t', folder];
  // a group of its own: Ctrl-C must not end the agent before it has thawed what is frozen
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  cleanup.add(async () => {
    child.kill();
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await ended;
    clearTimeout(kill);
  });
  return socket;
}

/** Connects as soon as somebody listens. @throws ConnectError when nobody does for long */
export async function connectSoon(socket: string, trace: (event: TraceEvent) => void): Promise<Guest> {
  const end = performance.now() + START_LIMIT;
  for (;;) {
    try {
      return await connect(socket, { trace });
    } catch (error) {
      const early = error instanceof ConnectError && (error.reason === 'absent' || error.reason === 'refused');
      if (!early || performance.now() > end) throw error;
      await sleep(50);
    }
  }
}
