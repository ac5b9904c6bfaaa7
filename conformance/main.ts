import { join } from 'node:path';
import { allCases } from './cases/index.js';
import { compare, complaint, outOfStep } from './harness/compare.js';
import type { Verdict } from './harness/compare.js';
import { isCompatFresh, renderCompat, writeCompat } from './harness/compat.js';
import { knownOf, readKnown } from './harness/known.js';
import type { Known } from './harness/known.js';
import { HELP, readOptions } from './harness/options.js';
import type { Options } from './harness/options.js';
import { printable } from './harness/print.js';
import { findInstalled, findNative, findOurs, findReference, ROOT, versionOf } from './harness/programs.js';
import type { Found } from './harness/programs.js';
import { runAll } from './harness/run-all.js';
import type { Transcripts } from './harness/run-all.js';
import type { AgentProgram, Case } from './harness/types.js';
import { runRobustness } from './harness/robustness.js';

/**
 * The conformance run.
 *
 *     node build/conformance/main.js [--agent 'COMMAND LINE']... [--reference PATH] [--only PREFIX]... [--skip PREFIX]... [--slow FACTOR] [--show] [--write]
 *
 * Without `--agent` it runs ours. `--slow` gives the agents of `--agent` that many times as long for everything: emulated ones, and those that are
 * built with checks. `--skip` is for what such an agent cannot be asked. The reference decides; differences that are listed with a reason in known-differences.txt are accepted, and a
 * listed one that is gone fails like one that is not listed. `--write` renews docs/compat.md.
 */

interface Ran {
  readonly program: AgentProgram;
  readonly version: string;
  readonly transcripts: Transcripts;
}

/** What a run is about, and how it goes. */
interface Suite {
  readonly cases: readonly Case[];
  readonly known: Known;
  readonly options: Options;
  readonly tally: Tally;
}

class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  fail(text: string): void {
    this.failed++;
    console.log(`FAILED ${text}`);
  }

  skip(label: string, reason: string): void {
    this.skipped++;
    console.log(`skipped: ${label}: ${reason}`);
  }
}

async function runFound(
  found: Found,
  cases: readonly Case[],
  options: Options,
  tally: Tally,
): Promise<Ran | undefined> {
  if (!('program' in found)) {
    tally.skip(found.label, found.reason);
    return undefined;
  }
  const { program } = found;
  try {
    const version = versionOf(program);
    const start = Date.now();
    const transcripts = await runAll(program, cases);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(`${program.label}: ${version}: ${transcripts.size} cases in ${seconds} s`);
    if (options.show) showAll(program, transcripts);
    return { program, version, transcripts };
  } catch (error) {
    tally.fail(`${program.label}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function showAll(program: AgentProgram, transcripts: Transcripts): void {
  for (const [name, lines] of transcripts) {
    console.log(`${program.label}: ${name}`);
    for (const line of lines) console.log(`    ${printable(line)}`);
  }
}

function judge(verdicts: readonly Verdict[], label: string, tally: Tally): void {
  for (const verdict of verdicts) {
    const text = complaint(verdict);
    if (text === undefined) {
      tally.passed++;
      continue;
    }
    tally.fail(`${label}: ${verdict.test.name}: ${text}`);
    if (verdict.same) continue;
    for (const line of verdict.expected) console.log(`    reference: ${printable(line)}`);
    for (const line of verdict.actual) console.log(`    ${label}: ${printable(line)}`);
  }
}

/** Without a reference all that can be asked is that an agent stays in step. */
function judgeAlone(cases: readonly Case[], subject: Ran, known: Known, tally: Tally): void {
  const bad = outOfStep(cases, subject.transcripts, known);
  for (const name of bad) tally.fail(`${subject.program.label}: ${name}: the next request is not answered`);
  tally.passed += subject.transcripts.size - bad.length;
}

function judgeCompat(verdicts: readonly Verdict[], reference: Ran, options: Options, tally: Tally): void {
  const text = renderCompat(verdicts, reference.version);
  if (options.write) writeCompat(text);
  else if (isCompatFresh(text)) tally.passed++;
  else tally.fail('docs/compat.md is stale; run: node build/conformance/main.js --write');
}

/** An older agent of QEMU's: how it differs from the reference is worth knowing, but nobody's fault. */
function reportInstalled(cases: readonly Case[], reference: Ran | undefined, installed: Ran | undefined): void {
  if (!reference || !installed) return;
  const verdicts = compare(cases, reference.transcripts, installed.transcripts, new Map());
  const differing = verdicts.filter((verdict) => !verdict.same);
  console.log(`${installed.program.label}: ${differing.length} of ${verdicts.length} cases differ from the reference`);
}

/** One agent against the reference, its robustness included. */
async function runSubject(found: Found, suite: Suite, reference: Ran | undefined): Promise<void> {
  const { cases, options, tally } = suite;
  const subject = await runFound(found, cases, options, tally);
  if (!subject) return;
  const { label } = subject.program;
  const known = knownOf(label, suite.known);
  if (reference) {
    const verdicts = compare(cases, reference.transcripts, subject.transcripts, known);
    judge(verdicts, label, tally);
    const isWhole = label === 'ours' && options.only.length + options.skip.length === 0;
    if (isWhole) judgeCompat(verdicts, reference, options, tally);
  } else judgeAlone(cases, subject, known, tally);
  if (options.only.length === 0) await judgeRobustness(subject.program, tally);
}

async function judgeRobustness(program: AgentProgram, tally: Tally): Promise<void> {
  for (const { name, problem } of await runRobustness(program)) {
    if (problem === undefined) tally.passed++;
    else tally.fail(`${program.label}: robustness: ${name}: ${problem}`);
  }
}

function selectCases(all: readonly Case[], options: Options): readonly Case[] {
  const { only, skip } = options;
  const named = (prefixes: readonly string[], test: Case): boolean =>
    prefixes.some((prefix) => test.name.startsWith(prefix));
  return all.filter((test) => (only.length === 0 || named(only, test)) && !named(skip, test));
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const all = allCases();
  const cases = selectCases(all, options);
  const known = readKnown(join(ROOT, 'conformance', 'known-differences.txt'));
  const tally = new Tally();
  for (const prefix of options.skip) tally.skip(prefix, 'by the command line');
  const suite = { cases, known, options, tally };
  for (const name of known.keys()) {
    if (!all.some((test) => test.name === name)) tally.fail(`known-differences.txt: there is no case called ${name}`);
  }
  const reference = await runFound(findReference(options.reference), cases, options, tally);
  if (options.agents.length === 0) {
    reportInstalled(cases, reference, await runFound(findInstalled(), cases, options, tally));
    await runSubject(findOurs(), suite, reference);
    await runSubject(findNative(), suite, reference);
  }
  for (const program of options.agents) await runSubject({ program }, suite, reference);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  return tally.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
