import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An agent to be measured. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** its files, to be summed up; libraries that it shares with the system are not counted */
  readonly files: readonly string[];
}

const START_TIMEOUT = 5000;

/** What the kernel counts for a process, in KiB. */
export interface Memory {
  readonly rss: number;
  readonly anonymous: number;
  readonly peak: number;
}

/** A running agent on a unix socket, in a folder of its own. */
export class RunningAgent {
  readonly folder = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  readonly socket = join(this.folder, 'sock');
  readonly #child: ChildProcess;

  private constructor(contender: Contender) {
    const [program = '', ...args] = [...contender.command, ...RunningAgent.options(this.folder)];
    this.#child = spawn(program, args, { stdio: 'ignore' });
  }

  /** Where an agent in this folder listens and keeps its state, as options. */
  static options(folder: string): string[] {
    return ['-m', 'unix-listen', '-p', join(folder, 'sock'), '-t', folder];
  }

  /** @throws Error when it does not listen in time */
  static async start(contender: Contender): Promise<RunningAgent> {
    const agent = new RunningAgent(contender);
    for (let waited = 0; !existsSync(agent.socket); waited += 10) {
      if (waited > START_TIMEOUT) throw new Error(`${contender.name} does not listen`);
      await sleep(10);
    }
    await sleep(300);
    return agent;
  }

  memory(): Memory {
    const status = readFileSync(`/proc/${String(this.#child.pid)}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    return { rss: field('VmRSS'), anonymous: field('RssAnon'), peak: field('VmHWM') };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Size of a contender's files, in bytes. */
export function sizeOf(contender: Contender): number {
  return contender.files.reduce((sum, file) => sum + statSync(file).size, 0);
}
