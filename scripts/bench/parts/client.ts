import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../repository.js';
import type { Client } from '../client.js';
import { NATIVE, presentContenders, REFERENCE, type Contender } from '../contenders.js';
import { bestChunk, chunkTable, copy, CopySamples, type CopyPlace, type Direction } from '../copies.js';
import { Samples, type Goal, type Heading, type Table } from '../result.js';
import { RunningAgent } from '../running-agent.js';
import { writeBytes } from '../source-file.js';

const MIB = 1024 * 1024;
const BYTES = 256 * MIB;
const SAMPLE_BYTES = 32 * MIB;
const LARGE_BYTES = 4096 * MIB;
const STARTS = 21;
const NODE_GOAL = 1.5;
/** MiB of the client's peak when it copies LARGE_BYTES. */
const PEAK_LIMIT: Goal = { value: 143 };

/** Both directions read and write files of this machine: the agent runs on it. */
function placeOf(client: Client, contender: Contender, agent: RunningAgent, files: string): CopyPlace {
  const [source, sample] = [join(files, 'source'), join(files, 'sample')];
  return {
    name: contender.name,
    socket: agent.socket,
    source: { from: source, to: source },
    sample: { from: sample, to: sample },
    target: { from: join(files, 'target'), to: join(files, 'target') },
    bytes: BYTES,
    sampleBytes: SAMPLE_BYTES,
    agentCpu: async () => agent.cpu(client) / 1e6,
  };
}

/** The agents in turn, each on its own socket. */
async function copies(client: Client, rounds: number, files: string): Promise<Table[]> {
  const contenders = presentContenders().filter(({ name }) => name === NATIVE || name === REFERENCE);
  const tried = new Samples();
  const chosen = new Map<string, Record<Direction, number>>();
  const results = new Map(contenders.map(({ name }) => [name, new CopySamples()]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      console.error(`client, round ${round} of ${rounds}: ${contender.name}`);
      const agent = await RunningAgent.start(contender);
      try {
        const place = placeOf(client, contender, agent, files);
        const chunks = chosen.get(contender.name) ?? {
          from: bestChunk(place, 'from', tried),
          to: bestChunk(place, 'to', tried),
        };
        chosen.set(contender.name, chunks);
        await results.get(contender.name)?.measure(place, chunks);
      } finally {
        await agent.stop();
      }
    }
  }
  const goalOf = (name: string): Goal | undefined => (name === REFERENCE ? { ratio: 2 } : undefined);
  const tables = Array.from(results, ([name, samples]) => samples.table(name, goalOf(name)));
  return [...tables, chunkTable([...results.keys()], tried, SAMPLE_BYTES)];
}

/** A file far larger than memory should be needed for. */
async function large(files: string): Promise<Table> {
  const contender = presentContenders().find(({ name }) => name === NATIVE);
  if (contender === undefined) throw new Error('the native agent is not built: npm run build:native');
  const samples = new Samples();
  const source = join(files, 'large');
  const target = join(files, 'large-target');
  writeFileSync(source, '');
  truncateSync(source, LARGE_BYTES);
  const agent = await RunningAgent.start(contender);
  try {
    for (const direction of ['from', 'to'] as const) {
      console.error(`client: ${LARGE_BYTES / MIB} MiB ${direction} the guest`);
      const { peak, seconds } = copy('ours', direction, agent, source, target);
      samples.add('peak', `copy${direction === 'from' ? 'From' : 'To'}`, peak / 1024);
      samples.add('speed', `copy${direction === 'from' ? 'From' : 'To'}`, LARGE_BYTES / 1e6 / seconds);
      rmSync(target);
    }
  } finally {
    await agent.stop();
    rmSync(source);
    rmSync(target, { force: true });
  }
  const goals = { copyFrom: PEAK_LIMIT, copyTo: PEAK_LIMIT };
  const headings: Record<string, Heading> = {
    peak: { title: 'client’s peak RSS', unit: 'MiB', better: 'less', goals },
    speed: { title: 'speed', unit: 'MB/s', better: 'more' },
  };
  const text =
    'A sparse file, the native agent; once. The goal, 150 MB, is 143 MiB. An empty Node process has about 40.';
  return { title: '4 GiB', text, columns: ['copyFrom', 'copyTo'], rows: samples.rows(headings) };
}

/** The command line as its package has it: all code in a few files. */
function packedCommandLine(folder: string): string {
  const cli = join(ROOT, 'packages/cli');
  execFileSync('npm', ['run', '--silent', 'bundle'], { cwd: cli, stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(join(cli, 'bundle'), join(folder, 'bundle'));
  for (const name of ['bin', 'package.json']) cpSync(join(cli, name), join(folder, name), { recursive: true });
  return join(folder, 'bin/qga.js');
}

async function pings(files: string): Promise<Table> {
  const [contender] = presentContenders();
  if (contender === undefined) throw new Error('no agent to ping');
  const samples = new Samples();
  const packed = packedCommandLine(files);
  const agent = await RunningAgent.start(contender);
  const commands: Readonly<Record<string, readonly string[]>> = {
    'node -e 0': ['-e', '0'],
    'qga ping': [packed, '-s', agent.socket, 'ping'],
    'qga ping, working copy': [join(ROOT, 'packages/cli/bin/qga.js'), '-s', agent.socket, 'ping'],
  };
  try {
    for (let round = 0; round < STARTS; round++) {
      for (const [name, args] of Object.entries(commands)) {
        const begin = performance.now();
        execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
        samples.add('whole', name, performance.now() - begin);
      }
    }
  } finally {
    await agent.stop();
  }
  const goals = { 'qga ping': { ratio: NODE_GOAL } };
  const headings: Record<string, Heading> = { whole: { title: 'whole process', unit: 'ms', better: 'less', goals } };
  return {
    title: 'The command line',
    text: `${STARTS} starts of each, in turn. «qga ping» is the package; the working copy reads many small files instead of a few.`,
    columns: Object.keys(commands),
    reference: 'node -e 0',
    rows: samples.rows(headings),
  };
}

/** Our client and command line over a unix socket, beside a plain client. */
export async function measureClient(client: Client, rounds: number): Promise<Table[]> {
  const files = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  writeBytes(join(files, 'source'), BYTES);
  writeBytes(join(files, 'sample'), SAMPLE_BYTES);
  try {
    return [...(await copies(client, rounds, files)), await large(files), await pings(files)];
  } finally {
    rmSync(files, { recursive: true });
  }
}
