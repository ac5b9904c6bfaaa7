import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import type { HelperProcess, ProcessExit, Processes } from '../platform.js';
import { asSystemError } from './errors.js';
import { pipe } from './libc.js';

function whenExited(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal === null ? undefined : os.constants.signals[signal] });
    });
  });
}

function whenStarted(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(asSystemError(error) as Error);
    });
  });
}

/** Signals a whole session by its leader. */
function killSession(leader: number, signal: number): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const nodeProcesses: Processes = {
  async startHelper(path, args): Promise<HelperProcess> {
    const [readEnd, writeEnd] = pipe();
    const output = new net.Socket({ fd: readEnd, readable: true, writable: false });
    try {
      const child = spawn(path, args, { stdio: ['ignore', writeEnd, writeEnd], detached: true });
      const exited = whenExited(child);
      await whenStarted(child);
      const pid = child.pid ?? 0;
      return {
        pid,
        output,
        exited,
        kill: (signal) => {
          killSession(pid, signal);
        },
        release: () => {
          output.destroy();
        },
      };
    } catch (error) {
      output.destroy();
      throw error;
    } finally {
      fs.closeSync(writeEnd);
    }
  },
};
