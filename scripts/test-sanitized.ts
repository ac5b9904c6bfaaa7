import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repository.js';

/**
 * Runs the conformance suite, its robustness checks and the tests of the program against the native agent built with
 * AddressSanitizer, UBSan and a check for leaks in the end (`npm run build:native -- --sanitize`). The sanitizers report into files:
 * one of them fails the run, whatever the suites say.
 *
 *     node build/scripts/test-sanitized.js
 */

const AGENT = path.join(ROOT, 'build/native/sanitized/qemu-ga');
const REPORTS = path.join(ROOT, 'build/native/sanitized/reports');

/** How many times as long that build may take for everything: it is five times as slow, and the machine may be busy. */
const SLOWNESS = '5';

const TESTS = ['program', 'native-faults'].map((name) => `packages/agent/dist-test/${name}.test.js`);

function run(...args: string[]): boolean {
  const options = [`log_path=${path.join(REPORTS, 'report')}`, 'detect_leaks=1', 'handle_abort=1'];
  const env = {
    ...process.env,
    ASAN_OPTIONS: options.join(':'),
    UBSAN_OPTIONS: 'print_stacktrace=1',
    QGA_TEST_NATIVE: AGENT,
  };
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env }).status === 0;
}

function reports(): string[] {
  return readdirSync(REPORTS).map((name) => `${name}:\n${readFileSync(path.join(REPORTS, name), 'utf8')}`);
}

function main(): number {
  if (!existsSync(AGENT)) {
    process.stdout.write(`${AGENT} is missing: npm run build:native -- --sanitize\n`);
    return 1;
  }
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const unit = run('--test', ...TESTS);
  const conformance = run('build/conformance/main.js', '--agent', AGENT, '--slow', SLOWNESS);
  const found = reports();
  for (const report of found) process.stdout.write(`FAILED sanitizer's ${report}\n`);
  process.stdout.write(`${found.length} reports of the sanitizers\n`);
  return unit && conformance && found.length === 0 ? 0 : 1;
}

process.exitCode = main();
