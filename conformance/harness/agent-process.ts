import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.js';
import type { AgentProgram } from './types.js';

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;

/** A running agent with a private directory; the directory is also its working directory. */
export class AgentProcess {
  readonly directory: string;
  readonly #program: AgentProgram;
  readonly #flags: readonly string[];
  #child: ChildProcess;
  #errors = '';

  private constructor(program: AgentProgram, flags: readonly string[]) {
    this.#program = program;
    this.#flags = flags;
    this.directory = mkdtempSync(join(tmpdir(), 'qga-conf-'));
    mkdirSync(join(this.directory, 'state'));
    this.#child = this.#spawn();
  }

  /**
   * Starts an agent on a unix socket.
   *
   * @throws Error when it does not listen in time; the text says what it printed
   */
  static async start(program: AgentProgram, flags: readonly string[]): Promise<AgentProcess> {
    const agent = new AgentProcess(program, flags);
    try {
      await agent.#awaitListening();
      return agent;
    } catch (error) {
      await agent.stop();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Opens a client connection. */
  async connect(): Promise<Connection> {
    return Connection.open(this.#socketPath, START_TIMEOUT_MS, () => this.alive, this.#program.slowness ?? 1);
  }

  /** The agent's persistent counter file, or a remark that there is none. */
  readStateFile(): string {
    try {
      return readFileSync(join(this.directory, 'state', 'qga.state'), 'latin1');
    } catch {
      return '(none)';
    }
  }

  /** SIGTERM, then a new process with the same directory and options. */
  async restart(): Promise<void> {
    await this.#terminate();
    this.#child = this.#spawn();
    await this.#awaitListening();
  }

  /** Ends the process and removes its directory. */
  async stop(): Promise<void> {
    await this.#terminate();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #socketPath(): string {
    return join(this.directory, 'sock');
  }

  #spawn(): ChildProcess {
    const [program = '', ...first] = this.#program.command;
    const place = ['-m', 'unix-listen', '-p', this.#socketPath, '-t', join(this.directory, 'state')];
    const args = [...first, ...place, '-f', join(this.directory, 'pid'), ...this.#flags];
    const child = spawn(program, args, { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] });
    child.on('error', (error) => (this.#errors += error.message));
    child.stderr.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-2000)));
    return child;
  }

  async #awaitListening(): Promise<void> {
    try {
      // A first client that says nothing and leaves: a socket file alone does not show that somebody listens.
      (await this.connect()).close();
    } catch (error) {
      throw new Error(`${String(error)}; it printed: ${this.#errors.trim() || 'nothing'}`, { cause: error });
    }
  }

  async #terminate(): Promise<void> {
    if (this.#child.pid === undefined) return;
    this.#child.kill('SIGTERM');
    const end = Date.now() + STOP_TIMEOUT_MS * (this.#program.slowness ?? 1);
    while (this.alive && Date.now() < end) await sleep(5);
    if (this.alive) this.#child.kill('SIGKILL');
  }
}
