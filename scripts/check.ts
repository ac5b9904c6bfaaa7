import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checkLinks, checkSizes, checkVersions } from './check-files.js';
import { checkImports } from './check-imports.js';
import { checkTesting } from './check-testing.js';
import { ROOT } from './repository.js';

/** One check: its name, and what it finds wrong, one line each. */
type Check = readonly [name: string, run: () => string[]];

/** Runs one of the installed tools; what it prints is its verdict. */
function tool(name: string, ...args: string[]): string[] {
  const program = path.join(ROOT, 'node_modules/.bin', name);
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (error !== undefined) return [`${name}: ${error.message}`];
  return status === 0 ? [] : [stdout + stderr];
}

/** The types were checked by the build that `npm run check` begins with. */
const CHECKS: readonly Check[] = [
  ['generated files', () => tool('qapi', 'generate', '--check')],
  ['imports', checkImports],
  ['sizes', checkSizes],
  ['versions', checkVersions],
  ['links', checkLinks],
  ['tests named in docs/testing.md', checkTesting],
  ['format', () => tool('prettier', '--check', '--log-level', 'warn', '.')],
  ['lint', () => tool('eslint', '--max-warnings', '0', '.')],
];

let failed = 0;
for (const [name, run] of CHECKS) {
  const faults = run();
  process.stdout.write(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}\n`);
  for (const fault of faults) process.stdout.write(`       ${fault.trimEnd()}\n`);
  if (faults.length > 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
