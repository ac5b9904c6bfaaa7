import { spawn } from 'node:child_process';
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { duplicate } from './libc.js';

/** Tells the background process which descriptor its starter waits on. */
const READY_FD = 'QGA_READY_FD';
const READY = 'ready';

/** How many descriptors from 3 on a service manager has handed over, and to whom: sd_listen_fds(3). */
const LISTEN_FDS = 'LISTEN_FDS';
const LISTEN_PID = 'LISTEN_PID';

/** Whether this process is the background one that `startInBackground` made. */
export function isBackground(): boolean {
  return process.env[READY_FD] !== undefined;
}

/**
 * Node cannot fork, so -d starts the agent a second time, in a session of its own, and waits until that one has its channel
 * open or has failed. Unlike with a fork, a failure is therefore seen by whoever called.
 * @param keep a descriptor that is handed on: 3, the first that a service manager hands over
 * @returns the exit code for the starter: 0 when the agent is up
 */
export async function startInBackground(keep?: number): Promise<number> {
  const inherited = keep === undefined ? [] : [keep];
  const readyFd = 3 + inherited.length;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', ...inherited, 'pipe'],
    env: { ...process.env, [READY_FD]: String(readyFd), [LISTEN_FDS]: String(inherited.length) },
  });
  const pipe = child.stdio[readyFd] as Readable;
  const failed = new Promise<string>((resolve) => {
    child.once('exit', () => {
      resolve('');
    });
  });
  const said = new Promise<string>((resolve) => {
    pipe.setEncoding('utf8').once('data', resolve);
  });
  const answer = await Promise.race([said, failed]);
  child.unref();
  pipe.destroy();
  return answer === READY ? 0 : 1;
}

/** In the background process: what its starter handed on is meant for this one. */
export function adoptDescriptors(): void {
  process.env[LISTEN_PID] = String(process.pid);
}

/** In the background process: prepares for a life without terminal, before files are made. */
export function detach(): void {
  process.umask(0o077);
  process.chdir('/');
}

const STANDARD_ERROR = 2;

/** In the background process: lets the starter go, and the standard error that they share. */
export function reportReady(): void {
  const fd = Number(process.env[READY_FD]);
  // not for the programs that the agent starts
  Reflect.deleteProperty(process.env, READY_FD);
  fs.writeSync(fd, READY);
  fs.closeSync(fd);
  const nowhere = fs.openSync('/dev/null', 'w');
  duplicate(nowhere, STANDARD_ERROR);
  fs.closeSync(nowhere);
}
