import { PushQueue } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import { READABLE, WRITABLE } from '../descriptors.js';
import { EAGAIN } from '../linux/constants.js';
import type { ProcessExit, Processes, ProcessOptions, RunningProcess } from '../platform.js';
import type { Primitives } from './primitives.js';

const SIGCHLD = 17;
/** /dev/null, to `spawn` */
const NULL = -1;

/** A pipe's two ends: ours, which is watched, and the child's. */
interface Pipe {
  readonly own: number;
  readonly child: number;
}

/** Reads a pipe to its end, at the pace of whoever iterates. */
class OutputReader {
  readonly chunks: PushQueue<Uint8Array>;
  readonly #primitives: Primitives;
  readonly #fd: number;
  #open = true;

  constructor(primitives: Primitives, fd: number) {
    this.#primitives = primitives;
    this.#fd = fd;
    this.chunks = new PushQueue(() => {
      if (this.#open) primitives.interest(fd, READABLE);
    });
    primitives.watch(fd, () => {
      this.#read();
    });
    primitives.interest(fd, READABLE);
  }

  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#primitives.unwatch(this.#fd);
    this.#primitives.close(this.#fd);
    this.chunks.end();
  }

  #read(): void {
    const chunk = this.#primitives.read(this.#fd);
    if (chunk === -EAGAIN) return;
    // a pipe that breaks has simply ended
    if (typeof chunk === 'number' || chunk.length === 0) this.release();
    else if (!this.chunks.push(chunk)) this.#primitives.interest(this.#fd, 0);
  }
}

/** Writes bytes into a pipe as fast as its reader takes them, then closes it. A reader that has gone is no error. */
function feed(primitives: Primitives, fd: number, bytes: Uint8Array): void {
  let sent = 0;
  const step = (): void => {
    const count = sent < bytes.length ? primitives.write(fd, [bytes], sent) : 0;
    if (count > 0) sent += count;
    if (count === -EAGAIN || (count >= 0 && sent < bytes.length)) return;
    primitives.unwatch(fd);
    primitives.close(fd);
  };
  primitives.watch(fd, step);
  primitives.interest(fd, WRITABLE);
}

/** Waits until a child has become its program. @throws SystemError when it could not */
function executed(primitives: Primitives, status: number): Promise<void> {
  return new Promise((resolve, reject) => {
    primitives.watch(status, () => {
      const bytes = primitives.read(status);
      if (bytes === -EAGAIN) return;
      primitives.unwatch(status);
      primitives.close(status);
      const errno = typeof bytes === 'number' ? -bytes : bytes[0];
      if (errno === undefined) resolve();
      else reject(new SystemError(errno));
    });
    primitives.interest(status, READABLE);
  });
}

/** The programs that the agent runs. It reaps every child of the process, also those it is given as process 1. */
export class NativeProcesses implements Processes {
  readonly #primitives: Primitives;
  readonly #running = new Map<number, (exit: ProcessExit) => void>();

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
    primitives.onSignal(SIGCHLD, () => {
      this.#reap();
    });
  }

  async start(options: ProcessOptions): Promise<RunningProcess> {
    const primitives = this.#primitives;
    const stdin = options.stdin === 'null' ? undefined : this.#pipe(false);
    const stdout = options.stdout === 'pipe' ? this.#pipe(true) : undefined;
    const stderr = options.stderr === 'pipe' ? this.#pipe(true) : undefined;
    const errorEnd = options.stderr === 'stdout' ? stdout : stderr;
    const ends = [stdin, stdout, errorEnd].map((pipe) => pipe?.child ?? NULL);
    const [childIn = NULL, childOut = NULL, childErr = NULL] = ends;
    const started = primitives.spawn(
      options.file,
      options.argv,
      options.env,
      childIn,
      childOut,
      childErr,
      options.session,
    );
    const exited = typeof started === 'number' ? undefined : this.#whenExited(started[0]);
    const pipes = [stdin, stdout, stderr].filter((pipe) => pipe !== undefined);
    for (const { child } of pipes) primitives.close(child);
    try {
      if (typeof started === 'number' || exited === undefined) throw new SystemError(-Number(started));
      await executed(primitives, started[1]);
      if (stdin !== undefined && options.stdin !== 'null') feed(primitives, stdin.own, options.stdin);
      return this.#describe(started[0], options.session, exited, stdout, stderr);
    } catch (error) {
      for (const { own } of pipes) primitives.close(own);
      throw error;
    }
  }

  #describe(pid: number, session: boolean, exited: Promise<ProcessExit>, out?: Pipe, err?: Pipe): RunningProcess {
    const readers = [out, err].map((pipe) =>
      pipe === undefined ? undefined : new OutputReader(this.#primitives, pipe.own),
    );
    const [stdout, stderr] = readers.map((reader) => reader?.chunks ?? endedQueue());
    return {
      pid,
      stdout: stdout ?? endedQueue(),
      stderr: stderr ?? endedQueue(),
      exited,
      kill: (signal) => {
        // gone already: harmless
        this.#primitives.kill(session ? -pid : pid, signal);
      },
      release: () => {
        for (const reader of readers) reader?.release();
      },
    };
  }

  #pipe(reads: boolean): Pipe {
    const ends = this.#primitives.pipe(reads);
    if (typeof ends === 'number') throw new SystemError(-ends);
    return { own: ends[0], child: ends[1] };
  }

  #whenExited(pid: number): Promise<ProcessExit> {
    return new Promise((resolve) => this.#running.set(pid, resolve));
  }

  #reap(): void {
    for (let child = this.#primitives.reap(); child !== undefined; child = this.#primitives.reap()) {
      const [pid, code, signal] = child;
      const resolve = this.#running.get(pid);
      this.#running.delete(pid);
      resolve?.({ code: code < 0 ? undefined : code, signal: signal < 0 ? undefined : signal });
    }
  }
}

function endedQueue(): PushQueue<Uint8Array> {
  const queue = new PushQueue<Uint8Array>();
  queue.end();
  return queue;
}
