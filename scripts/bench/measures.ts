import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningAgent, type Contender } from './agents.js';

/** One row of the table: how it is called, and whether less or more is better. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
}

export const ROWS = {
  start: { title: 'start to first reply', unit: 'ms', better: 'less' },
  rss: { title: 'idle RSS', unit: 'KiB', better: 'less' },
  anonymous: { title: 'idle anonymous memory', unit: 'KiB', better: 'less' },
  p50: { title: 'ping p50', unit: 'µs', better: 'less' },
  p99: { title: 'ping p99', unit: 'µs', better: 'less' },
  pipelined: { title: 'pipelined pings', unit: '/s', better: 'more' },
  read4: { title: 'read, 4 KiB requests', unit: 'MB/s', better: 'more' },
  read64: { title: 'read, 64 KiB requests', unit: 'MB/s', better: 'more' },
  read1024: { title: 'read, 1 MiB requests', unit: 'MB/s', better: 'more' },
  read8192: { title: 'read, 8 MiB requests', unit: 'MB/s', better: 'more' },
  write4: { title: 'write, 4 KiB requests', unit: 'MB/s', better: 'more' },
  write64: { title: 'write, 64 KiB requests', unit: 'MB/s', better: 'more' },
  write1024: { title: 'write, 1 MiB requests', unit: 'MB/s', better: 'more' },
  write8192: { title: 'write, 8 MiB requests', unit: 'MB/s', better: 'more' },
  peak: { title: 'peak RSS, 8 MiB requests', unit: 'KiB', better: 'less' },
  after: { title: 'RSS after the transfers', unit: 'KiB', better: 'less' },
} as const satisfies Record<string, Row>;

export type Measure = keyof typeof ROWS;

const KIB = 1024;
/** Payload of one transfer measurement, in bytes; small requests stop after COUNT_LIMIT of them. */
const TRANSFER = 64 * KIB * KIB;
const COUNT_LIMIT = 2000;
const PINGS = 20_000;
const PIPELINED = 64_000;
const STARTS = 7;

/** The client of client.c, which does the measuring. */
export class Client {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  /** @returns the figures that it printed */
  run(...args: readonly (string | number)[]): number[] {
    return execFileSync(this.#program, args.map(String), { encoding: 'utf8' }).trim().split(' ').map(Number);
  }
}

function startTimes(client: Client, contender: Contender): number {
  const folder = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  const once = (): number =>
    (client.run('-', 'start', ...contender.command, ...RunningAgent.options(folder))[0] ?? 0) / 1000;
  const times = Array.from({ length: STARTS }, once);
  rmSync(folder, { recursive: true });
  return median(times);
}

function transfers(client: Client, agent: RunningAgent, report: (measure: Measure, value: number) => void): void {
  const source = join(agent.folder, 'source');
  // no run of equal bytes that anybody could profit from
  writeFileSync(
    source,
    Buffer.from(Uint32Array.from({ length: TRANSFER / 4 }, (_, at) => Math.imul(at, 2_654_435_761)).buffer),
  );
  for (const kib of [4, 64, 1024, 8192] as const) {
    const size = kib * KIB;
    const count = Math.min(TRANSFER / size, COUNT_LIMIT);
    const [read = 0] = client.run(agent.socket, 'read', source, size, count);
    const [write = 0] = client.run(agent.socket, 'write', join(agent.folder, 'target'), size, Math.ceil(count / 2));
    report(`read${kib}`, read / 1e6);
    report(`write${kib}`, write / 1e6);
  }
}

/** Measures one agent once. */
export async function measure(client: Client, contender: Contender): Promise<Map<Measure, number>> {
  const values = new Map<Measure, number>([['start', startTimes(client, contender)]]);
  const agent = await RunningAgent.start(contender);
  try {
    const idle = agent.memory();
    values.set('rss', idle.rss).set('anonymous', idle.anonymous);
    const [p50 = 0, p99 = 0] = client.run(agent.socket, 'ping', PINGS);
    values.set('p50', p50).set('p99', p99);
    values.set('pipelined', client.run(agent.socket, 'pipeline', PIPELINED)[0] ?? 0);
    transfers(client, agent, (name, value) => values.set(name, value));
    const { peak, rss } = agent.memory();
    return values.set('peak', peak).set('after', rss);
  } finally {
    await agent.stop();
  }
}

/** Memory before and after so many pings, in KiB. */
export async function growth(
  client: Client,
  contender: Contender,
  pings: number,
): Promise<[before: number, after: number]> {
  const agent = await RunningAgent.start(contender);
  try {
    client.run(agent.socket, 'pipeline', PINGS);
    const before = agent.memory().rss;
    client.run(agent.socket, 'pipeline', pings);
    return [before, agent.memory().rss];
  } finally {
    await agent.stop();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
