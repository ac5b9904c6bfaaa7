import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentProcess } from './agent-process.js';
import type { Connection } from './connection.js';
import { assertHarmless } from './guard.js';
import { normalise } from './normalise.js';
import type { Bytes, Case, Step, Transcript } from './types.js';

/** Recorded when an agent does not answer the ping that follows a step. */
export const OUT_OF_STEP = '(the next request is not answered)';

const RECOVERY_ATTEMPTS = 4;
const RECOVERY_PATIENCE_MS = 700;
const POLLS = 60;
const POLL_PAUSE_MS = 50;
const POLL_PATIENCE_MS = 10_000;
const END_OF_STREAM_MS = 3_000;

/** Longer replies are cut in the transcript; their length and their digest are recorded. */
const LONGEST_LINE = 3000;

let markCounter = 0;

/** Runs one case on a running agent. */
export class CaseRun {
  readonly #agent: AgentProcess;
  readonly #test: Case;
  readonly #directory: string;
  readonly #handles: string[] = [];
  readonly #lines: string[] = [];
  #client: Connection;
  #pid = '0';

  private constructor(agent: AgentProcess, test: Case, client: Connection) {
    this.#agent = agent;
    this.#test = test;
    this.#client = client;
    this.#directory = join(agent.directory, 'cases', test.name);
    mkdirSync(this.#directory, { recursive: true });
  }

  /**
   * Runs all steps of a case.
   *
   * @returns what was recorded; an agent that died is part of the record, not an error
   * @throws Error when the guard refuses the case
   */
  static async run(agent: AgentProcess, test: Case): Promise<Transcript> {
    guardCase(test);
    const run = new CaseRun(agent, test, await agent.connect());
    try {
      for (const step of test.steps) await run.#step(step);
    } finally {
      run.#client.close();
    }
    return collapse(run.#lines);
  }

  async #step(step: Step): Promise<void> {
    if (!this.#agent.alive) return;
    switch (step.do) {
      case 'ask':
        return this.#ask(step.bytes, step.patienceMs);
      case 'poll':
        return this.#poll(step.bytes, step.until);
      case 'send':
        return this.#client.send(this.#fill(step.bytes));
      case 'look': {
        this.#observe(`(${step.file}: ${readOrRemark(`${this.#directory}/${step.file}`)})`);
        return;
      }
      case 'prepare': {
        step.act(this.#directory);
        return;
      }
      case 'reconnect':
        return this.#reconnect();
      case 'halfClose':
        return this.#halfClose();
      case 'restart':
        this.#client.close();
        await this.#agent.restart();
        return this.#reconnect();
      case 'state': {
        this.#observe(`(state: ${this.#agent.readStateFile()})`);
        return;
      }
    }
  }

  async #ask(bytes: Bytes, patienceMs: number): Promise<void> {
    const filled = this.#fill(bytes);
    const result = await this.#exchange(filled, patienceMs);
    this.#record(result.reply, filled);
    if (result.ended !== 'timeout') {
      if (result.ended === 'closed') await this.#noteClosed();
      return;
    }
    this.#lines.push(OUT_OF_STEP);
    await this.#getBackInStep();
  }

  async #poll(bytes: string, until: string): Promise<void> {
    const filled = this.#fill(bytes);
    for (let attempt = 1; ; attempt++) {
      const { reply, ended } = await this.#exchange(filled, POLL_PATIENCE_MS);
      if (attempt < POLLS && ended === 'found' && !reply.includes(until)) {
        await sleep(POLL_PAUSE_MS);
        continue;
      }
      this.#record(reply, filled);
      return;
    }
  }

  /** Sends bytes and a ping with an id of its own; everything before the ping's reply is the answer to the bytes. */
  async #exchange(bytes: Buffer, patienceMs: number): Promise<{ reply: Buffer; ended: string }> {
    const id = `mark-${++markCounter}`;
    const mark = Buffer.from(`{"return": {}, "id": "${id}"}\n`);
    const sending = this.#client.send(Buffer.concat([bytes, Buffer.from(`\n{"execute":"guest-ping","id":"${id}"}\n`)]));
    const ended = await this.#client.waitFor(mark, patienceMs);
    if (ended === 'found') await sending;
    const all = this.#client.take();
    const end = all.indexOf(mark);
    return { reply: end < 0 ? all : all.subarray(0, end), ended };
  }

  /** 0xFF gets any agent out of a half-read message; what it says to that is not part of the case. */
  async #getBackInStep(): Promise<void> {
    for (let attempt = 0; attempt < RECOVERY_ATTEMPTS; attempt++) {
      const result = await this.#exchange(Buffer.from('\xff\n', 'latin1'), RECOVERY_PATIENCE_MS);
      if (result.ended === 'found') return;
    }
    this.#client.close();
    await this.#agent.restart();
    await this.#reconnect();
  }

  async #noteClosed(): Promise<void> {
    this.#lines.push(this.#agent.alive ? '(the agent closed the connection)' : '(the agent ended)');
    if (this.#agent.alive) await this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    this.#client.close();
    this.#client = await this.#agent.connect();
  }

  async #halfClose(): Promise<void> {
    this.#client.halfClose();
    const ended = await this.#client.waitFor(undefined, END_OF_STREAM_MS);
    this.#record(this.#client.take(), Buffer.alloc(0));
    this.#lines.push(ended === 'closed' ? '(end of stream)' : '(the connection stays open)');
    await this.#reconnect();
  }

  #record(reply: Buffer, sent: Buffer): void {
    if (reply.length === 0) return;
    const text = reply.toString('latin1');
    const lines = text.split('\n');
    const rest = lines.pop();
    if (rest) lines.push(`${rest}(no newline)`);
    if (sent.includes('guest-file-open')) this.#rememberHandles(lines);
    this.#pid = /^\{"return": \{"pid": (\d+)\}/.exec(text)?.[1] ?? this.#pid;
    for (const line of lines) this.#observe(line);
  }

  #rememberHandles(lines: readonly string[]): void {
    for (const line of lines) {
      const handle = /^\{"return": (-?\d+)\}$/.exec(line)?.[1];
      if (handle !== undefined) this.#handles.push(handle);
    }
  }

  #observe(line: string): void {
    const text = normalise(line, this.#test, { directory: this.#directory, handles: this.#handles });
    this.#lines.push(text.length > LONGEST_LINE && !this.#test.info ? cut(text) : text);
  }

  #fill(bytes: Bytes): Buffer {
    const text = typeof bytes === 'string' ? bytes : bytes();
    if (text.length > 1_000_000) return Buffer.from(text, 'latin1');
    const filled = text
      .replaceAll('@DIR@', this.#directory)
      .replaceAll('@PID@', this.#pid)
      .replace(/@(\d+)@/g, (_, index: string) => this.#handles[Number(index) - 1] ?? '424242');
    return Buffer.from(filled, 'latin1');
  }
}

/** Steps may glue together what is harmless apart, so that the whole is looked at as well. */
function guardCase(test: Case): void {
  const texts = test.steps.flatMap((step) => ('bytes' in step && typeof step.bytes === 'string' ? [step.bytes] : []));
  for (const text of texts) assertHarmless(text);
  if (texts.length > 1 && test.steps.some((step) => step.do === 'send')) assertHarmless(texts.join(''));
}

function cut(text: string): string {
  const digest = createHash('sha256').update(text, 'latin1').digest('hex').slice(0, 16);
  return `${text.slice(0, 100)}…${text.slice(-40)} (${text.length} bytes, SHA-256 ${digest}…)`;
}

/** The same line many times over becomes one line with a count. */
function collapse(lines: readonly string[]): Transcript {
  const runs: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.count++;
    else runs.push({ line, count: 1 });
  }
  return runs.map(({ line, count }) => (count === 1 ? line : `${line} (${count} times)`));
}

/** The path is bytes, as everywhere in a case. */
function readOrRemark(path: string): string {
  try {
    return readFileSync(Buffer.from(path, 'latin1'), 'latin1');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
