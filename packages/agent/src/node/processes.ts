import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import type { ProcessExit, Processes, ProcessOptions, RunningProcess } from '../platform.js';
import { asSystemError } from './errors.js';
import { pipe } from './libc.js';

/** An end of a pipe that this process reads, and the one that goes to the child. */
interface Output {
  readonly stream: net.Socket;
  readonly childEnd: number;
}

function outputPipe(): Output {
  const [readEnd, childEnd] = pipe();
  const stream = new net.Socket({ fd: readEnd, readable: true, writable: false });
  // a pipe that breaks has simply ended
  stream.on('error', () => undefined);
  return { stream, childEnd };
}

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

/** Signals a process, or with a negative number a group. */
function kill(target: number, signal: number): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function feed(child: ChildProcess, input: 'null' | Uint8Array): void {
  if (input === 'null' || child.stdin === null) return;
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
}

/** Node takes the environment as an object: of a name given twice the last one counts, an entry without `=` is lost. */
function asObject(env: readonly string[]): NodeJS.ProcessEnv {
  const entries = env.filter((entry) => entry.indexOf('=') > 0);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

async function* chunksOf(stream: net.Socket | undefined): AsyncGenerator<Uint8Array> {
  if (stream === undefined) return;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    // released while it was read
  }
}

export const nodeProcesses: Processes = {
  async start(options: ProcessOptions): Promise<RunningProcess> {
    const out = options.stdout === 'pipe' ? outputPipe() : undefined;
    const err = options.stderr === 'pipe' ? outputPipe() : undefined;
    const release = (): void => {
      out?.stream.destroy();
      err?.stream.destroy();
    };
    const errEnd = options.stderr === 'stdout' ? out?.childEnd : err?.childEnd;
    const stdio: StdioOptions = [
      options.stdin === 'null' ? 'ignore' : 'pipe',
      out?.childEnd ?? 'ignore',
      errEnd ?? 'ignore',
    ];
    try {
      const child = spawn(options.file, options.argv.slice(1), {
        argv0: options.argv[0] ?? options.file,
        stdio,
        detached: options.session,
        ...(options.env === undefined ? {} : { env: asObject(options.env) }),
      });
      const exited = whenExited(child);
      await whenStarted(child);
      feed(child, options.stdin);
      const pid = child.pid ?? 0;
      return {
        pid,
        stdout: chunksOf(out?.stream),
        stderr: chunksOf(err?.stream),
        exited,
        kill: (signal) => {
          kill(options.session ? -pid : pid, signal);
        },
        release,
      };
    } catch (error) {
      release();
      throw asSystemError(error);
    } finally {
      for (const output of [out, err]) if (output !== undefined) fs.closeSync(output.childEnd);
    }
  },
};
