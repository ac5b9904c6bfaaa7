import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sizeOf, type Contender } from './bench/agents.js';
import { Client, growth, measure, median, ROWS, type Measure } from './bench/measures.js';

/**
 * Compares our native binary, our agent on Node, and Debian's qemu-ga: one client, the agents in turn, several rounds, medians.
 *
 *     node build/scripts/bench.js [--rounds 5] [--soak 1000000] [--write]
 *
 * --soak: pings of the memory test, 0 for none; --write: the result goes into build/benchmarks.md, to be taken over into docs/benchmarks.md.
 */

const root = join(import.meta.dirname, '../..');

const CONTENDERS: readonly Contender[] = [
  {
    name: 'native',
    command: [join(root, 'build/native/x86_64/qemu-ga')],
    files: [join(root, 'build/native/x86_64/qemu-ga')],
  },
  {
    name: 'Node',
    command: [process.execPath, join(root, 'packages/agent/bin/qemu-ga.js')],
    files: [process.execPath],
  },
  { name: 'qemu-ga', command: ['/usr/sbin/qemu-ga'], files: ['/usr/sbin/qemu-ga'] },
];
const REFERENCE = 'qemu-ga';

type Results = Map<string, Map<Measure, number[]>>;

function buildClient(): Client {
  const program = join(root, 'build/bench-client');
  mkdirSync(join(root, 'build'), { recursive: true });
  execFileSync('gcc', ['-O2', '-D_GNU_SOURCE', '-o', program, join(root, 'scripts/bench/client.c')]);
  return new Client(program);
}

async function measureAll(client: Client, contenders: readonly Contender[], rounds: number): Promise<Results> {
  const results: Results = new Map(contenders.map(({ name }) => [name, new Map<Measure, number[]>()]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      console.error(`round ${String(round)} of ${String(rounds)}: ${contender.name}`);
      for (const [name, value] of await measure(client, contender)) {
        const values = results.get(contender.name);
        values?.set(name, [...(values.get(name) ?? []), value]);
      }
    }
  }
  return results;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function ratio(value: number, reference: number): string {
  return Number.isFinite(value / reference) ? `${(value / reference).toPrecision(2)}×` : '–';
}

/** One line of the table: medians with their ranges, and ratios to the reference. */
function row(name: Measure, results: Results, names: readonly string[]): string {
  const { title, unit, better } = ROWS[name];
  const reference = median(results.get(REFERENCE)?.get(name) ?? []);
  const cells = names.map((agent) => {
    const values = results.get(agent)?.get(name) ?? [];
    return `${figure(median(values))} (${figure(Math.min(...values))}–${figure(Math.max(...values))})`;
  });
  const ratios = names
    .filter((agent) => agent !== REFERENCE)
    .map((agent) => ratio(median(results.get(agent)?.get(name) ?? []), reference));
  return `| ${title}, ${unit} (${better} is better) | ${[...cells, ...ratios].join(' | ')} |`;
}

function table(results: Results, contenders: readonly Contender[]): string {
  const names = contenders.map(({ name }) => name);
  const heads = ['', ...names, ...names.filter((name) => name !== REFERENCE).map((name) => `${name} : ${REFERENCE}`)];
  const sizes = contenders.map((contender) => `${(sizeOf(contender) / 1e6).toFixed(2)}`);
  return [
    `| ${heads.join(' | ')} |`,
    `|${' --- |'.repeat(heads.length)}`,
    `| program's file, MB | ${sizes.join(' | ')} |${' |'.repeat(names.length - 1)}`,
    ...(Object.keys(ROWS) as Measure[]).map((name) => row(name, results, names)),
  ].join('\n');
}

function machine(): string {
  const [cpu] = os.cpus();
  return `${String(os.cpus().length)} × ${cpu?.model ?? 'unknown'}, Linux ${os.release()}, Node ${process.versions.node}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      soak: { type: 'string', default: '0' },
      write: { type: 'boolean', default: false },
    },
  });
  const present = CONTENDERS.filter(({ files }) => files.every((file) => existsSync(file)));
  const client = buildClient();
  const rounds = Number(values.rounds);
  const parts = [
    `Medians of ${String(rounds)} rounds, in brackets the range. ${machine()}.`,
    table(await measureAll(client, present, rounds), present),
  ];
  const soak = Number(values.soak);
  for (const contender of soak > 0 ? present : []) {
    const [before, after] = await growth(client, contender, soak);
    parts.push(
      `RSS of ${contender.name} before and after ${String(soak)} pings: ${String(before)} → ${String(after)} KiB.`,
    );
  }
  const text = `${parts.join('\n\n')}\n`;
  console.log(text);
  if (values.write) writeFileSync(join(root, 'build/benchmarks.md'), text);
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
