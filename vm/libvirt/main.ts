import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.js';
import { endProgramsWithUs } from '../processes.js';
import { Report, seconds } from '../report.js';
import { findKernel } from '../requirements.js';
import { compare, compareLoosely, isFine } from './comparison.js';
import type { Row } from './comparison.js';
import { Daemons } from './daemons.js';
import { knownDifferences } from './differences.js';
import { inGuest } from './image.js';
import { readOptions, usage } from './options.js';
import type { Options } from './options.js';
import { missingForLibvirt } from './requirements.js';
import { runSteps } from './run.js';
import type { Outcomes } from './run.js';
import { steps } from './steps/index.js';
import type { Step } from './steps/step.js';
import { detail, table } from './table.js';

/**
 * Goes through a list of virsh calls with our agent and with QEMU's, in the same machine, and compares what comes of them.
 * @returns exit code: 0 when every line is the same or explained, 1 otherwise
 */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { agent, reference } = options;
  const report = new Report();
  const lacks = await missingForLibvirt(reference === undefined ? [agent] : [agent, reference]);
  if (lacks.length > 0) {
    lacks.forEach((line) => report.note(`skipped: ${line}`));
    report.note('vm/install.sh --libvirt installs what the machine needs');
    report.counts.skipped = steps.length;
    report.summary();
    return options.skipIfMissing ? 0 : 1;
  }
  endProgramsWithUs();
  await compareAgents(options, report);
  report.summary();
  return report.counts.failed === 0 ? 0 : 1;
}

async function compareAgents({ agent, reference, only }: Options, report: Report): Promise<void> {
  const begin = performance.now();
  const kernel = findKernel();
  if (kernel === undefined) throw new Error('the kernel is missing: run vm/install.sh');
  const chosen = steps.filter(({ name }) => name.includes(only));
  const daemons = await Daemons.start();
  try {
    const setup = { kernel, daemons, report };
    const theirs = reference === undefined ? undefined : await runSteps(inGuest(reference), chosen, setup);
    const ours = await runSteps(inGuest(agent), chosen, setup);
    tell(chosen, { agent, ours, theirs, decides: reference === 'newest' }, report);
  } finally {
    await daemons.stop();
  }
  report.note(`total ${seconds(performance.now() - begin)}`);
}

interface Results {
  /** Name of the agent under test. */
  readonly agent: string;
  readonly ours: Outcomes;
  readonly theirs: Outcomes | undefined;
  /** Whether a difference that is not explained is a failure. */
  readonly decides: boolean;
}

/** Prints and writes the table, and counts. */
function tell(chosen: readonly Step[], { agent, ours, theirs, decides }: Results, report: Report): void {
  const known = knownDifferences();
  const rows = chosen.map(({ name }): Row => {
    const outcome = ours.byStep.get(name) ?? { fault: 'was not run' };
    const reference = theirs?.byStep.get(name);
    return decides ? compare(name, outcome, reference, known.get(name)) : compareLoosely(name, outcome, reference);
  });
  const tableFile = join(root, `build/libvirt-table${agent === 'ours' ? '' : `-${agent}`}.md`);
  const document = table(rows, theirs === undefined ? 'no reference' : `QEMU ${theirs.version}`);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(tableFile, document);
  report.note(document.split('\n\n## ')[0] ?? document);
  for (const row of rows) {
    if (isFine(row)) report.counts.passed++;
    else report.failed(row.name, `${row.verdict}: ${row.reason}\n${detail(row)}`);
  }
  for (const name of known.keys()) {
    if (!steps.some((step) => step.name === name)) report.failed(name, 'known-differences.txt names no such step');
  }
  report.note(`the table is in ${tableFile}`);
}

process.exitCode = await main(process.argv.slice(2));
