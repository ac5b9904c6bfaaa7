import { existsSync } from 'node:fs';
import path from 'node:path';
import { readProjectFile, ROOT } from './repository.js';

const DOCUMENTS = ['docs/testing.md', 'docs/faults.md'];
/** A test in the tables: its title, and the file that has it. */
const TEST = /«`([^`]+)`» \[[^\]]*\]\(([^)]+)\)/g;
/** A case that has no test has to say why. */
const REASON = /not applicable: \S+|not passed: \S+/;

/** @returns rows of the documents that name a test that is not there, or neither a test nor a reason */
export function checkTesting(): string[] {
  return DOCUMENTS.flatMap(checkDocument);
}

/** The rows of the tables of cases and faults; other tables have nothing to prove. */
function rowsOf(text: string): string[] {
  const tables = text.split(/\n(?!\|)/).map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  return tables.filter(([head]) => /^\| (case|fault) /.test(head ?? '')).flatMap((table) => table.slice(2));
}

function checkDocument(document: string): string[] {
  const faults: string[] = [];
  const rows = rowsOf(readProjectFile(document));
  for (const row of rows) {
    const name = row.split('|')[1]?.trim() ?? '';
    const tests = [...row.matchAll(TEST)];
    if (tests.length === 0 && !REASON.test(row)) faults.push(`${document}: ${name}: neither a test nor a reason`);
    for (const [, title = '', link = ''] of tests) {
      const file = path.posix.join('docs', link);
      if (!existsSync(path.join(ROOT, file))) faults.push(`${document}: ${name}: ${file} does not exist`);
      else if (!readProjectFile(file).includes(title))
        faults.push(`${document}: ${name}: no test «${title}» in ${file}`);
    }
  }
  return rows.length === 0 ? [`${document}: no rows were found`] : faults;
}
