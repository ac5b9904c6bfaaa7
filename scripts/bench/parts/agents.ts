import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../client.js';
import { NATIVE, NODE, presentContenders, REFERENCE, sizes, type Contender } from '../contenders.js';
import { median, Samples, type Goal, type Heading, type Table } from '../result.js';
import { RunningAgent } from '../running-agent.js';
import { writeBytes } from '../source-file.js';

const KIB = 1024;
const MIB = KIB * KIB;
/** Payload of one transfer measurement, in bytes; small requests stop after COUNT_LIMIT of them. */
const TRANSFER = 64 * MIB;
const COUNT_LIMIT = 2000;
const PINGS = 20_000;
const PIPELINED = 64_000;
const EXECS = 200;
const STARTS = 7;
const SIZES = [4, 64, 1024, 8192] as const;

const native = (ratio: number): Record<string, Goal> => ({ [NATIVE]: { ratio } });
const both = (first: number, second: number): Record<string, Goal> => ({
  [NATIVE]: { ratio: first },
  [NODE]: { ratio: second },
});

/** The rows, with the goals of the native binary and of the agent on Node. */
export const ROWS: Readonly<Record<string, Heading>> = {
  own: { title: 'size on disk, own files', unit: 'MB', better: 'less' },
  all: { title: 'size on disk with all libraries', unit: 'MB', better: 'less', goals: { [NATIVE]: { value: 1.0 } } },
  start: { title: 'start to first reply', unit: 'ms', better: 'less', goals: native(0.8) },
  rss: { title: 'idle RSS', unit: 'KiB', better: 'less', goals: native(0.5) },
  pss: { title: 'idle PSS', unit: 'KiB', better: 'less' },
  anonymous: { title: 'idle anonymous memory', unit: 'KiB', better: 'less' },
  p50: { title: 'ping p50', unit: 'µs', better: 'less', goals: native(0.7) },
  p99: { title: 'ping p99', unit: 'µs', better: 'less' },
  pingCpu: { title: 'agent’s processor time for a ping', unit: 'µs', better: 'less' },
  pipelined: { title: 'pipelined pings', unit: '/s', better: 'more' },
  exec: { title: 'exec of /bin/true, until its exit is known', unit: 'µs', better: 'less' },
  read4: { title: 'read, 4 KiB requests', unit: 'MB/s', better: 'more' },
  read64: { title: 'read, 64 KiB requests', unit: 'MB/s', better: 'more', goals: native(3) },
  read1024: { title: 'read, 1 MiB requests', unit: 'MB/s', better: 'more', goals: both(6, 4) },
  read8192: { title: 'read, 8 MiB requests', unit: 'MB/s', better: 'more' },
  write4: { title: 'write, 4 KiB requests', unit: 'MB/s', better: 'more' },
  write64: { title: 'write, 64 KiB requests', unit: 'MB/s', better: 'more', goals: native(5) },
  write1024: { title: 'write, 1 MiB requests', unit: 'MB/s', better: 'more', goals: both(10, 8) },
  write8192: { title: 'write, 8 MiB requests', unit: 'MB/s', better: 'more' },
  readCpu: { title: 'agent’s processor time to read a MiB', unit: 'ms', better: 'less' },
  writeCpu: { title: 'agent’s processor time to write a MiB', unit: 'ms', better: 'less' },
  peak: { title: 'peak RSS, 8 MiB requests', unit: 'KiB', better: 'less', goals: native(0.5) },
  after: { title: 'RSS after the transfers', unit: 'KiB', better: 'less' },
};

const GROWTH: Readonly<Record<string, Heading>> = {
  before: { title: 'RSS before', unit: 'KiB', better: 'less' },
  after: { title: 'RSS after', unit: 'KiB', better: 'less' },
  growth: {
    title: 'growth',
    unit: 'KiB',
    better: 'less',
    goals: { [NATIVE]: { value: 64 } },
  },
};

type Report = (row: string, value: number) => void;

function startTime(client: Client, contender: Contender): number {
  const folder = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  const once = (): number =>
    (client.run('-', 'start', ...contender.command, ...RunningAgent.options(folder))[0] ?? NaN) / 1000;
  const times = Array.from({ length: STARTS }, once);
  rmSync(folder, { recursive: true });
  return median(times);
}

/** Processor time, in microseconds, that the agent spends while something is done. */
function cpuOf(client: Client, agent: RunningAgent, work: () => void): number {
  const before = agent.cpu(client);
  work();
  return agent.cpu(client) - before;
}

function transfers(client: Client, agent: RunningAgent, report: Report): void {
  const source = join(agent.folder, 'source');
  const target = join(agent.folder, 'target');
  writeBytes(source, TRANSFER);
  for (const kib of SIZES) {
    const size = kib * KIB;
    const reads = Math.min(TRANSFER / size, COUNT_LIMIT);
    const writes = Math.ceil(reads / 2);
    const readCpu = cpuOf(client, agent, () => {
      report(`read${kib}`, (client.run(agent.socket, 'read', source, size, reads)[0] ?? NaN) / 1e6);
    });
    const writeCpu = cpuOf(client, agent, () => {
      report(`write${kib}`, (client.run(agent.socket, 'write', target, size, writes)[0] ?? NaN) / 1e6);
    });
    if (size !== MIB) continue;
    report('readCpu', readCpu / 1000 / reads);
    report('writeCpu', writeCpu / 1000 / writes);
  }
}

function measureRunning(client: Client, agent: RunningAgent, report: Report): void {
  const { rss, pss, anonymous } = agent.memory();
  report('rss', rss);
  report('pss', pss);
  report('anonymous', anonymous);
  const cpu = cpuOf(client, agent, () => {
    const [p50 = NaN, p99 = NaN] = client.run(agent.socket, 'ping', PINGS);
    report('p50', p50);
    report('p99', p99);
  });
  report('pingCpu', cpu / PINGS);
  report('pipelined', client.run(agent.socket, 'pipeline', PIPELINED)[0] ?? NaN);
  report('exec', client.run(agent.socket, 'exec', EXECS)[0] ?? NaN);
  transfers(client, agent, report);
  const after = agent.memory();
  report('peak', after.peak);
  report('after', after.rss);
}

async function growth(client: Client, contender: Contender, pings: number, samples: Samples): Promise<void> {
  const agent = await RunningAgent.start(contender);
  try {
    client.run(agent.socket, 'pipeline', PINGS);
    const before = agent.memory().rss;
    client.run(agent.socket, 'pipeline', pings);
    const after = agent.memory().rss;
    samples.add('before', contender.name, before);
    samples.add('after', contender.name, after);
    samples.add('growth', contender.name, after - before);
  } finally {
    await agent.stop();
  }
}

/** The agents over a unix socket, in turn. */
export async function measureAgents(client: Client, rounds: number, pings: number): Promise<Table[]> {
  const contenders = presentContenders();
  const samples = new Samples();
  const grown = new Samples();
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      console.error(`agents, round ${round} of ${rounds}: ${contender.name}`);
      const report: Report = (row, value) => samples.add(row, contender.name, value);
      const { own, all } = sizes(contender);
      report('own', own / 1e6);
      report('all', all / 1e6);
      report('start', startTime(client, contender));
      const agent = await RunningAgent.start(contender);
      try {
        measureRunning(client, agent, report);
      } finally {
        await agent.stop();
      }
    }
  }
  for (const contender of contenders) await growth(client, contender, pings, grown);
  const columns = contenders.map(({ name }) => name);
  const text =
    'One client in C over a unix socket, one request at a time. MB/s counts bytes of the file, not of the base64. ' +
    'Processor time to read and to write is that of 1 MiB requests.';
  return [
    { title: 'Start, memory, speed', text, columns, reference: REFERENCE, rows: samples.rows(ROWS) },
    { title: `${pings} pings`, text: 'Pipelined, after a first 20 000.', columns, rows: grown.rows(GROWTH) },
  ];
}
