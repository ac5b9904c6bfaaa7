import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.js';
import type { Contender } from './contenders.js';

const START_TIMEOUT = 60_000;
/** Milliseconds after which an agent counts as idle. */
const SETTLE = 300;
/** Milliseconds that an agent has to end; some builds of QEMU's hang. */
const STOP_TIMEOUT = 3000;

/** What the kernel counts for a process, in KiB. */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
  readonly anonymous: number;
  readonly peak: number;
}

/**
 * Reads /proc/PID/status and /proc/PID/smaps_rollup. The latter counts exactly, the former is a few pages late.
 * @param texts both, one after the other
 */
export function memoryOf(texts: string): Memory {
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(texts)?.[1]);
  return { rss: field('Rss'), pss: field('Pss'), anonymous: field('Anonymous'), peak: field('VmHWM') };
}

/** A running agent on a unix socket, in a folder of its own. */
export class RunningAgent {
  readonly folder = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  readonly socket = join(this.folder, 'sock');
  readonly #child: ChildProcess;

  private constructor(contender: Contender, prefix: readonly string[]) {
    const [program = '', ...args] = [...prefix, ...contender.command, ...RunningAgent.options(this.folder)];
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: this.folder });
  }

  /** Where an agent in this folder listens and keeps its state, as options. */
  static options(folder: string): string[] {
    return ['-m', 'unix-listen', '-p', join(folder, 'sock'), '-t', folder];
  }

  /**
   * @param prefix a command that prepares something and then becomes the agent
   * @throws Error when it does not listen in time
   */
  static async start(contender: Contender, prefix: readonly string[] = []): Promise<RunningAgent> {
    const agent = new RunningAgent(contender, prefix);
    for (let waited = 0; !existsSync(agent.socket); waited += 10) {
      const ended = agent.#child.exitCode !== null;
      if (!ended && waited <= START_TIMEOUT) await sleep(10);
      else {
        await agent.stop();
        throw new Error(`${contender.name} does not listen`);
      }
    }
    await sleep(SETTLE);
    return agent;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  memory(): Memory {
    const read = (name: string): string => readFileSync(`/proc/${this.pid}/${name}`, 'utf8');
    return memoryOf(read('status') + read('smaps_rollup'));
  }

  /** Microseconds of processor time that the agent has used. */
  cpu(client: Client): number {
    return client.run('-', 'cpu', this.pid)[0] ?? NaN;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
