import { findKernel, missing } from './requirements.js';
import { buildImage } from './image/build.js';
import { variants } from './image/variants.js';
import type { Variant } from './image/variants.js';
import { readOptions, usage } from './options.js';
import type { Options } from './options.js';
import { endProgramsWithUs } from './processes.js';
import { Report, seconds } from './report.js';
import { observed } from './scenarios/observed.js';
import { sessions } from './scenarios/index.js';
import { runSession } from './session.js';

/**
 * Runs an agent inside real virtual machines and proves what no test outside one can.
 * @returns exit code: 0 when all is well, 1 otherwise, 2 for a wrong command line
 */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const variant = variants.find(({ name }) => name === options.agent);
  if (options.help || variant === undefined) {
    process.stdout.write(usage);
    return options.help ? 0 : 2;
  }
  const report = new Report();
  const lacks = missing(variant);
  if (lacks.length > 0) {
    lacks.forEach((line) => report.note(`skipped: ${line}`));
    report.note('vm/install.sh installs what the machine needs');
    report.counts.skipped = sessions.flatMap(({ scenarios }) => scenarios).length;
    report.summary();
    return options.skipIfMissing ? 0 : 1;
  }
  endProgramsWithUs();
  await runAll(variant, options, report);
  report.summary();
  return report.counts.failed === 0 ? 0 : 1;
}

async function runAll(variant: Variant, options: Options, report: Report): Promise<void> {
  const begin = performance.now();
  const kernel = findKernel();
  if (kernel === undefined) throw new Error('the kernel is missing: run vm/install.sh');
  const { file, built } = await buildImage(variant, kernel.release);
  report.note(`image of «${variant.name}» ${built ? 'built' : 'is up to date'}, kernel ${kernel.release}`);
  const setup = { agent: variant.name, kernel: kernel.image, initramfs: file };
  for (const session of options.observe ? observed(sessions, variant.name) : sessions) {
    const scenarios = session.scenarios.filter(({ name }) => name.includes(options.only));
    await runSession({ ...session, scenarios }, setup, report);
  }
  report.note(`total ${seconds(performance.now() - begin)}`);
}

process.exitCode = await main(process.argv.slice(2));
