import { existsSync } from 'node:fs';
import path from 'node:path';
import { readProjectFile, ROOT } from './repository.js';

const DOCUMENT = 'docs/testing.md';
/** A test in the tables: its title, and the file that has it. */
const TEST = /«`([^`]+)`» \[[^\]]*\]\(([^)]+)\)/g;
/** A case that has no test has to say why. */
const REASON = /not applicable: \S+/;

/** @returns rows of docs/testing.md that name a test that is not there, or neither a test nor a reason */
export function checkTesting(): string[] {
  const faults: string[] = [];
  const rows = readProjectFile(DOCUMENT)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ -|]*$/.test(line) && !line.startsWith('| case '));
  for (const row of rows) {
    const name = row.split('|')[1]?.trim() ?? '';
    const tests = [...row.matchAll(TEST)];
    if (tests.length === 0 && !REASON.test(row)) faults.push(`${DOCUMENT}: ${name}: neither a test nor a reason`);
    for (const [, title = '', link = ''] of tests) {
      const file = path.posix.join('docs', link);
      if (!existsSync(path.join(ROOT, file))) faults.push(`${DOCUMENT}: ${name}: ${file} does not exist`);
      else if (!readProjectFile(file).includes(title))
        faults.push(`${DOCUMENT}: ${name}: no test «${title}» in ${file}`);
    }
  }
  return rows.length === 0 ? [`${DOCUMENT}: no rows were found`] : faults;
}
