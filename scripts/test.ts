import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repository.js';

/** Where the build puts tests. */
const FOLDERS = [
  ...['protocol', 'schema', 'agent', 'client', 'cli'].map((name) => `packages/${name}/dist-test`),
  'build/conformance/test',
  'build/scripts/bench/test',
  'fuzz/dist/test',
];

/** No test file runs longer, in milliseconds; one that hangs fails instead of holding up everything. */
const TEST_LIMIT = 240_000;

function testFiles(folder: string): string[] {
  const full = path.join(ROOT, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(folder, name));
}

function run(...args: string[]): number {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

const unit = run('--test', `--test-timeout=${TEST_LIMIT}`, ...FOLDERS.flatMap(testFiles));
process.stdout.write('\nConformance: our agent on raw bytes, beside QEMU’s where there is one\n');
const conformance = run('build/conformance/main.js');
process.exitCode = unit === 0 && conformance === 0 ? 0 : 1;
