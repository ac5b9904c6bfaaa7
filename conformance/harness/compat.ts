import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './compare.js';
import { ROOT } from './programs.js';
import { printable } from './print.js';
import type { Case } from './types.js';

const TARGET = join(ROOT, 'docs', 'compat.md');
const PREFACE = join(ROOT, 'conformance', 'compat-preface.md');

/** The line that names the reference's version; it may age without making the page wrong. */
const VERSION_LINE = /^Last written against .*$/m;

const LONGEST_CELL = 160;

/** The page on compatibility: the hand-written preface, then what the run found. */
export function renderCompat(verdicts: readonly Verdict[], referenceVersion: string): string {
  const preface = existsSync(PREFACE) ? readFileSync(PREFACE, 'utf8').trim() : '# Compatibility';
  const differing = verdicts.filter((verdict) => !verdict.same);
  const rows = differing.map((verdict) => `| ${cells(verdict).join(' | ')} |`);
  return `${preface}

## What the conformance run found

This part is generated: \`node build/conformance/main.js --write\`.
Last written against ${referenceVersion}.

Positions in parse errors are left out of the comparison. ${verdicts.length - differing.length} of ${verdicts.length} exchanges are the same byte for byte:

${summary(verdicts)}

## The differences

| case | sent | reference | ours | reason |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Writes the page. */
export function writeCompat(text: string): void {
  writeFileSync(TARGET, text);
}

/** Whether the page in the repository says what the run found. */
export function isCompatFresh(text: string): boolean {
  const current = existsSync(TARGET) ? readFileSync(TARGET, 'utf8') : '';
  return current.replace(VERSION_LINE, '') === text.replace(VERSION_LINE, '');
}

function summary(verdicts: readonly Verdict[]): string {
  const groups = new Map<string, { total: number; same: number }>();
  for (const { test, same } of verdicts) {
    const name = test.name.split('/')[0] ?? '';
    const group = groups.get(name) ?? { total: 0, same: 0 };
    groups.set(name, { total: group.total + 1, same: group.same + (same ? 1 : 0) });
  }
  const rows = [...groups].map(([name, { total, same }]) => `| ${name} | ${total} | ${same} |`);
  return ['| group | exchanges | the same |', '|---|---|---|', ...rows].join('\n');
}

function cells(verdict: Verdict): string[] {
  const { test, expected, actual, reason } = verdict;
  return [test.name, code([sentBy(test)]), code(expected), code(actual), reason ?? 'not accepted'].map(escapePipes);
}

function sentBy(test: Case): string {
  const texts = test.steps.map((step) => {
    if (!('bytes' in step)) return `(${step.do})`;
    return typeof step.bytes === 'string' ? step.bytes : '(a large message)';
  });
  const flags = test.flags ? `(${test.flags.join(' ')}) ` : '';
  return flags + texts.join(' ');
}

function code(lines: readonly string[]): string {
  if (lines.length === 0) return 'nothing';
  return lines.map((line) => codeSpan(printable(shorten(line)))).join('<br>');
}

function shorten(line: string): string {
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}

/** In a code span nothing is special but its own delimiter. */
function codeSpan(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function escapePipes(text: string): string {
  return text.replace(/\|/g, '\\|');
}
