import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Variant } from '../image/variants.js';
import { root } from '../paths.js';
import { endProgramsWithUs } from '../processes.js';
import { Report, seconds } from '../report.js';
import { findKernel } from '../requirements.js';
import { compare, isFine } from './comparison.js';
import type { Row } from './comparison.js';
import { Daemons } from './daemons.js';
import { knownDifferences } from './differences.js';
import { oursInGuest } from './image.js';
import { findReferenceAgent, missingForLibvirt } from './requirements.js';
import { runSteps } from './run.js';
import type { Outcomes } from './run.js';
import { steps } from './steps/index.js';
import { detail, table } from './table.js';

const usage = `usage: node build/vm/libvirt/main.js [--reference newest|qemu] [--skip-if-missing]

  --reference NAME   compare with QEMU's newest agent (build/reference-agent) or the installed one; by default with what there is
  --skip-if-missing  exit 0 instead of 1 when a needed program or file is not installed
`;
const tableFile = join(root, 'build/libvirt-table.md');

/**
 * Goes through a list of virsh calls with our agent and with QEMU's, in the same machine, and compares what comes of them.
 * @returns exit code: 0 when every line is the same or explained, 1 otherwise
 */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reference: { type: 'string', default: '' },
      'skip-if-missing': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const report = new Report();
  const lacks = await missingForLibvirt();
  if (lacks.length > 0) {
    lacks.forEach((line) => report.note(`skipped: ${line}`));
    report.note('vm/install.sh --libvirt installs what the machine needs');
    report.counts.skipped = steps.length;
    report.summary();
    return values['skip-if-missing'] ? 0 : 1;
  }
  const reference = findReferenceAgent(values.reference);
  endProgramsWithUs();
  await compareAgents(reference, report);
  report.summary();
  return report.counts.failed === 0 ? 0 : 1;
}

async function compareAgents(reference: Variant | undefined, report: Report): Promise<void> {
  const begin = performance.now();
  const kernel = findKernel();
  if (kernel === undefined) throw new Error('the kernel is missing: run vm/install.sh');
  const daemons = await Daemons.start();
  try {
    const setup = { kernel, daemons, report };
    const theirs = reference === undefined ? undefined : await runSteps(reference, steps, setup);
    const ours = await runSteps(oursInGuest, steps, setup);
    tell(ours, theirs, report);
  } finally {
    await daemons.stop();
  }
  report.note(`total ${seconds(performance.now() - begin)}`);
}

/** Prints and writes the table, and counts. */
function tell(ours: Outcomes, theirs: Outcomes | undefined, report: Report): void {
  const known = knownDifferences();
  const rows = steps.map(({ name }): Row => {
    const outcome = ours.byStep.get(name) ?? { fault: 'was not run' };
    return compare(name, outcome, theirs?.byStep.get(name), known.get(name));
  });
  const document = table(rows, theirs === undefined ? 'no reference' : `QEMU ${theirs.version}`);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(tableFile, document);
  report.note(`${document.slice(0, document.indexOf('\n\n## ') + 1 || undefined)}`);
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
