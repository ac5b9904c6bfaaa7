import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.js';
import { chart } from './chart.js';
import { cell, middle, times, verdict } from './figures.js';
import type { Part, Row, Table } from './result.js';

/** The parts in the order of the page. */
export const PART_NAMES = ['agents', 'vm', 'queries', 'client', 'client-vm', 'flood'] as const;
export type PartName = (typeof PART_NAMES)[number];

const DOCS = join(ROOT, 'docs');
const PAGE = join(DOCS, 'benchmarks.md');
const CHART = join(DOCS, 'benchmarks.svg');
const PREFACE = join(ROOT, 'scripts/bench/preface.txt');

function fileOf(name: PartName): string {
  return join(DOCS, 'benchmarks', `${name}.json`);
}

/** Keeps what a part has measured, in place of what it had measured before. */
export function keep(name: PartName, part: Part): void {
  mkdirSync(join(DOCS, 'benchmarks'), { recursive: true });
  writeFileSync(fileOf(name), JSON.stringify(part, roundFigures));
  prettify(fileOf(name));
}

/** Digits beyond what was measured would only make differences between runs longer. */
function roundFigures(key: string, value: unknown): unknown {
  return typeof value === 'number' && key !== 'load' ? Number(value.toPrecision(5)) : value;
}

/** Writes docs/benchmarks.md and its chart from what all parts have measured last. */
export function writePage(): void {
  const parts = PART_NAMES.filter((name) => existsSync(fileOf(name))).map((name) => ({
    name,
    part: JSON.parse(readFileSync(fileOf(name), 'utf8')) as Part,
  }));
  const texts = [readFileSync(PREFACE, 'utf8').trimEnd(), ...parts.map(({ part }) => partText(part))];
  writeFileSync(PAGE, `${texts.join('\n\n')}\n`);
  prettify(PAGE);
  const first = parts.find(({ name }) => name === 'agents')?.part.tables[0];
  if (first !== undefined) writeFileSync(CHART, chart(first));
}

function prettify(file: string): void {
  execFileSync(join(ROOT, 'node_modules/.bin/prettier'), ['--write', '--log-level', 'warn', file], { cwd: ROOT });
}

function partText(part: Part): string {
  const [before, after] = part.load;
  const load = `load ${before.toFixed(1)} before and ${after.toFixed(1)} after`;
  return [
    `## ${part.title}`,
    `Measured ${part.when.slice(0, 16).replace('T', ' ')} UTC at ${part.commit}; ${part.machine}; ${load}.`,
    ...part.tables.map(tableText),
  ].join('\n\n');
}

function tableText(table: Table): string {
  const compared = table.reference === undefined ? [] : table.columns.filter((name) => name !== table.reference);
  const goals = table.rows.some(({ goals }) => goals !== undefined);
  const heads = ['', ...table.columns, ...compared.map((name) => `${name} : ${table.reference ?? ''}`)];
  const lines = [
    `| ${[...heads, ...(goals ? ['goals'] : [])].join(' | ')} |`,
    `|${' --- |'.repeat(heads.length + (goals ? 1 : 0))}`,
    ...table.rows.map((row) => `| ${rowCells(table, row, compared, goals).join(' | ')} |`),
  ];
  return [`### ${table.title}`, ...(table.text === '' ? [] : [table.text]), lines.join('\n')].join('\n\n');
}

function rowCells(table: Table, row: Row, compared: readonly string[], goals: boolean): string[] {
  const title = [row.title, ...(row.unit === '' ? [] : [row.unit])].join(', ');
  const reference = table.reference ?? '';
  const ratios = compared.map((name) => {
    const ratio = middle(row, name) / middle(row, reference);
    return Number.isNaN(ratio) ? '–' : times(ratio);
  });
  return [
    `${title} (${row.better})`,
    ...table.columns.map((name) => cell(row, name)),
    ...ratios,
    ...(goals ? [goalsOf(row, table.reference)] : []),
  ];
}

function goalsOf(row: Row, reference: string | undefined): string {
  const entries = Object.entries(row.goals ?? {}).filter(([column]) => !Number.isNaN(middle(row, column)));
  return entries.map(([column, goal]) => `${column}: ${verdict(row, column, goal, reference)}`).join('<br>');
}
