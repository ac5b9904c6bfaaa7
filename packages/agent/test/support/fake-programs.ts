import type { Clock, Platform, ProcessExit, ProcessOptions, Processes, RunningProcess } from '../../dist/platform.js';
import { PushQueue } from '@qga/protocol';

/** A program whose life the test decides. */
export class FakeProgram implements RunningProcess {
  readonly pid: number;
  readonly options: ProcessOptions;
  readonly stdout = new PushQueue<Uint8Array>();
  readonly stderr = new PushQueue<Uint8Array>();
  readonly exited: Promise<ProcessExit>;
  released = false;
  #exit: (exit: ProcessExit) => void = () => undefined;

  constructor(pid: number, options: ProcessOptions) {
    this.pid = pid;
    this.options = options;
    this.exited = new Promise((resolve) => (this.#exit = resolve));
  }

  /** Ends the program; its pipes stay open. */
  exit(code: number | undefined, signal?: number): void {
    this.#exit({ code, signal });
  }

  closePipes(): void {
    this.stdout.end();
    this.stderr.end();
  }

  kill(): void {
    throw new Error('nobody asked for this');
  }

  release(): void {
    this.released = true;
    this.closePipes();
  }
}

/** A platform whose programs and clock the test moves. */
export class ProgramWorld {
  readonly programs: FakeProgram[] = [];
  nextPid = 100;
  #now = 0;
  readonly #timers = new Map<object, { at: number; callback: () => void }>();

  readonly clock: Clock = {
    now: () => 0n,
    monotonic: () => this.#now,
    after: (milliseconds, callback) => {
      const key = {};
      this.#timers.set(key, { at: this.#now + milliseconds, callback });
      return () => void this.#timers.delete(key);
    },
  };

  readonly processes: Processes = {
    start: async (options) => {
      const program = new FakeProgram(this.nextPid++, options);
      this.programs.push(program);
      return program;
    },
  };

  get platform(): Platform {
    return { clock: this.clock, processes: this.processes } as Platform;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    await settle();
    this.#now += milliseconds;
    for (const [key, { at, callback }] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(key);
      callback();
    }
    await settle();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
