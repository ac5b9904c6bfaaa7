import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asLine, readCorpus, writeCorpus } from './corpus.js';
import { Coverage } from './coverage.js';
import { fuzz } from './fuzz.js';
import { Random } from './random.js';
import type { Target } from './target.js';
import { targets } from './targets/index.js';
import { Watchdog } from './watchdog.js';

const USAGE = `usage: npm run fuzz -- [--target NAME]... [--seconds N] [--seed N] [--blind] [--keep]

  --target NAME  ${targets.map(({ name }) => name).join(', ')}; default: all
  --seconds N    for each target; default 10
  --seed N       default 1; with --blind the same seed tries the same inputs
  --blind        without looking at the code's coverage
  --keep         replace the target's corpus by what this run found worth keeping
`;
/** Mebibytes that the heap may have grown by, after a collection, when all inputs are through. */
const GROWTH = 64;

interface Options {
  readonly targets: readonly Target[];
  readonly seconds: number;
  readonly seed: number;
  readonly blind: boolean;
  readonly keep: boolean;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      blind: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const chosen = values.target.length === 0 ? targets : targets.filter(({ name }) => values.target.includes(name));
  if (chosen.length < values.target.length) return undefined;
  return { ...values, targets: chosen, seconds: Number(values.seconds), seed: Number(values.seed) };
}

/** Mebibytes in use once everything that nobody needs is gone. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Runs one target and tells what came of it. @returns whether all is well */
async function runTarget(target: Target, { seconds, seed, blind, keep }: Options): Promise<boolean> {
  const watch = new Watchdog(target.largest);
  const coverage = blind ? undefined : new Coverage();
  const start = performance.now();
  const before = heap();
  const { executions, findings, corpus } = await fuzz(target, {
    random: new Random(seed),
    corpus: readCorpus(target.name),
    ...(coverage === undefined ? {} : { coverage }),
    goesOn: () => performance.now() - start < 1000 * seconds,
    watch,
  });
  coverage?.close();
  await watch.close();
  const grown = heap() - before;
  const took = (performance.now() - start) / 1000;
  const reached =
    coverage === undefined ? '' : `, ${coverage.reached} places reached, ${corpus.length} inputs worth keeping`;
  process.stdout.write(
    `${target.name}: ${executions} inputs in ${took.toFixed(0)} s, ${findings.length} findings${reached}, heap ${grown.toFixed(1)} MiB more\n`,
  );
  for (const { input, error } of findings)
    process.stdout.write(`  FOUND ${asLine(input)}\n    ${error.stack ?? error.message}\n`);
  if (keep && coverage !== undefined) writeCorpus(target.name, corpus);
  if (grown > GROWTH) process.stdout.write('  FOUND the heap grows\n');
  return findings.length === 0 && grown <= GROWTH;
}

const options = readOptions();
if (options === undefined) {
  process.stdout.write(USAGE);
  process.exitCode = 2;
} else {
  for (const target of options.targets) if (!(await runTarget(target, options))) process.exitCode = 1;
}
