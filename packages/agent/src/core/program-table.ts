import { AgentError } from '@qga/protocol';
import type { Platform, ProcessExit, ProcessOptions, RunningProcess } from '../platform.js';
import { CapturedOutput } from './captured-output.js';
import { LIMITS, type Limits } from './limits.js';
import type { Int64 } from './received.js';

/** How long an ended program is remembered, in milliseconds. */
export const ENDED_TIME_LIMIT = 3_600_000;
/** Time for what an ended program left in its pipes, in milliseconds; more when one of its children holds them would be in vain. */
const DRAIN_TIME = 250;
/** Of how many ended programs the pipes are read on because something still holds them. */
const MAX_HELD = 64;

type ProgramLimits = Pick<Limits, 'maxPrograms' | 'maxEndedPrograms' | 'maxProgramOutput'>;

/** A program that was started and not asked for since its end. */
interface Program {
  readonly out: CapturedOutput;
  readonly err: CapturedOutput;
}

/** A program that has ended, and what it wrote. */
export interface EndedProgram extends Program {
  readonly exit: ProcessExit;
  /** on the monotonic clock, in milliseconds */
  readonly at: number;
}

/** The programs that clients started, by process id. They outlive the connection that started them, as in QEMU's agent. */
export class ProgramTable {
  readonly #platform: Platform;
  readonly #limits: ProgramLimits;
  readonly #running = new Set<Int64>();
  readonly #ended = new Map<Int64, EndedProgram>();
  readonly #held = new Set<RunningProcess>();
  #starting = 0;
  #kept = 0;
  #stopped = false;
  #cancelTimer: (() => void) | undefined;

  /** @param limits how many programs, and how much of their output; of those that ended the oldest are forgotten first */
  constructor(platform: Platform, limits: ProgramLimits) {
    this.#platform = platform;
    this.#limits = limits;
  }

  /**
   * Starts a program and captures what it writes to its pipes.
   * @returns its process id
   * @throws AgentError when too many are running
   * @throws SystemError when it cannot be executed
   */
  async start(options: ProcessOptions): Promise<number> {
    const { maxPrograms } = this.#limits;
    if (this.#running.size + this.#starting >= maxPrograms) {
      const limit = `${LIMITS.maxPrograms.key} is ${String(maxPrograms)}`;
      throw new AgentError(`too many programs are running: ${limit}, wait until one has ended`);
    }
    this.#starting += 1;
    try {
      const process = await this.#platform.processes.start(options);
      // the system gives numbers again; whoever did not ask in time asks for the new program
      this.#forget(process.pid);
      this.#running.add(process.pid);
      void this.#watch(process);
      return process.pid;
    } finally {
      this.#starting -= 1;
    }
  }

  /**
   * Hands over how a program ended, and forgets it.
   * @returns undefined while it runs
   * @throws AgentError for a number that is not known (any more)
   */
  collect(pid: Int64): EndedProgram | undefined {
    if (this.#running.has(pid)) return undefined;
    const ended = this.#ended.get(pid);
    if (ended === undefined) throw new AgentError(`PID ${String(pid)} does not exist`);
    this.#forget(pid);
    return ended;
  }

  /** Gives up what is kept; programs that run are left alone. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const pid of this.#ended.keys()) this.#forget(pid);
  }

  async #watch(process: RunningProcess): Promise<void> {
    const program = { out: new CapturedOutput(), err: new CapturedOutput(), open: true };
    const reading = Promise.all([
      this.#read(process.stdout, program.out, program),
      this.#read(process.stderr, program.err, program),
    ]);
    const exit = await process.exited;
    await this.#drained(reading);
    program.open = false;
    this.#running.delete(process.pid);
    const { out, err } = program;
    this.#ended.set(process.pid, { out, err, exit, at: this.#platform.clock.monotonic() });
    this.#age();
    await this.#readOn(process, reading);
  }

  /** Keeps what a stream brings for as long as the program is open, then drops it. */
  async #read(chunks: AsyncIterable<Uint8Array>, output: CapturedOutput, program: { open: boolean }): Promise<void> {
    for await (const chunk of chunks) if (program.open) this.#keep(output, chunk);
  }

  #keep(output: CapturedOutput, chunk: Uint8Array): void {
    const { maxProgramOutput } = this.#limits;
    while (this.#kept + chunk.length > maxProgramOutput && this.#ended.size > 0) this.#forgetOldest();
    this.#kept += output.append(chunk, maxProgramOutput - this.#kept);
  }

  /** Waits for the end of the pipes, but not for children of the program that hold them: those may run for ever. */
  async #drained(reading: Promise<unknown>): Promise<void> {
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#platform.clock.after(DRAIN_TIME, resolve);
    });
    await Promise.race([reading, late]);
    cancel();
  }

  /** A pipe that nobody reads would end the children that write to it; there is an end to this kindness, too. */
  async #readOn(process: RunningProcess, reading: Promise<unknown>): Promise<void> {
    this.#held.add(process);
    const [oldest] = this.#held;
    if (oldest !== undefined && this.#held.size > MAX_HELD) {
      this.#held.delete(oldest);
      oldest.release();
    }
    await reading;
    process.release();
    this.#held.delete(process);
  }

  /** Forgets what is too old or too much, and comes back when the next is due. */
  #age(): void {
    const now = this.#platform.clock.monotonic();
    for (const [pid, { at }] of this.#ended) {
      if (this.#ended.size <= this.#limits.maxEndedPrograms && now - at < ENDED_TIME_LIMIT) break;
      this.#forget(pid);
    }
    this.#cancelTimer?.();
    const [oldest] = this.#ended.values();
    if (oldest === undefined || this.#stopped) return;
    this.#cancelTimer = this.#platform.clock.after(oldest.at + ENDED_TIME_LIMIT - now, () => {
      this.#age();
    });
  }

  #forgetOldest(): void {
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(pid: Int64): void {
    const ended = this.#ended.get(pid);
    if (ended === undefined) return;
    this.#ended.delete(pid);
    this.#kept -= ended.out.length + ended.err.length;
  }
}
