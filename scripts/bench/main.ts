import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { ROOT } from '../repository.js';
import { Client } from './client.js';
import { keep, PART_NAMES, writePage, type PartName } from './page.js';
import { measureAgents } from './parts/agents.js';
import { measureClient } from './parts/client.js';
import { measureClientInVm } from './parts/client-vm.js';
import { measureFlood } from './parts/flood.js';
import { measureQueries } from './parts/queries.js';
import { measureVm } from './parts/vm.js';
import type { Table } from './result.js';

const USAGE = `usage: node build/scripts/bench/main.js [PART...] [--rounds N] [--pings N]

Measures the parts that are named (${PART_NAMES.join(', ')}; default: agents) and writes docs/benchmarks.md.
  --rounds N  how often everything is measured, agent after agent (default 5)
  --pings N   pings of the memory test (default 1000000)
  --page      measures nothing, only writes the page from what was measured
`;

interface Options {
  readonly rounds: number;
  readonly pings: number;
}

type Measure = (client: Client, options: Options) => Promise<Table[]>;

const PARTS: Readonly<Record<PartName, readonly [title: string, measure: Measure]>> = {
  agents: ['The agents over a unix socket', (client, { rounds, pings }) => measureAgents(client, rounds, pings)],
  queries: ['Commands that ask', (client, { rounds }) => measureQueries(client, rounds)],
  vm: ['The agents in a virtual machine', (client, { rounds }) => measureVm(client, rounds)],
  client: ['Our client over a unix socket', (client, { rounds }) => measureClient(client, rounds)],
  'client-vm': ['Our client over virtio-serial', (_, { rounds }) => measureClientInVm(rounds)],
  flood: ['A flood beside a freeze', (client, { rounds }) => measureFlood(client, rounds)],
};

function machine(): string {
  const [cpu] = os.cpus();
  return `${os.cpus().length} × ${cpu?.model ?? 'unknown'}, Linux ${os.release()}, Node ${process.versions.node}`;
}

function commit(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim();
}

async function measure(name: PartName, client: Client, options: Options): Promise<void> {
  const [title, run] = PARTS[name];
  const when = new Date().toISOString();
  const [before = 0] = os.loadavg();
  const tables = await run(client, options);
  const [after = 0] = os.loadavg();
  keep(name, { title, when, machine: machine(), load: [before, after], commit: commit(), tables });
  writePage();
}

function partNames(words: readonly string[]): PartName[] {
  const names = PART_NAMES.filter((name) => words.includes(name));
  if (names.length < words.length) throw new Error(`no such part: ${words.join(' ')}\n${USAGE}`);
  return names.length === 0 ? ['agents'] : names;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      pings: { type: 'string', default: '1000000' },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.page) {
    writePage();
    return;
  }
  const client = Client.build();
  const options = { rounds: Number(values.rounds), pings: Number(values.pings) };
  for (const name of partNames(positionals)) await measure(name, client, options);
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
