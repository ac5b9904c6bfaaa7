import stringWidth from 'string-width';
import { harmless, wrap } from '../text.js';
import { paint } from './paint.js';
import { terminalWidth } from './width.js';

/** What a verb shows to people. Cells may come from the guest: they are made harmless when they are printed. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** columns of numbers, which are set to the right */
  readonly right?: readonly string[];
  /** how to colour the cells of a column; the text is harmless by then */
  readonly colours?: Readonly<Record<string, (text: string) => string>>;
  /** sentences below the table */
  readonly notes?: readonly string[];
}

const GAP = '  ';

/**
 * @param columns of the terminal: what does not fit into the last column goes on below
 * @returns the table as aligned columns with a line for the head; a table without rows is its notes only
 */
export function formatTable(
  { head, rows, right = [], notes = [], colours = {} }: Table,
  columns = terminalWidth(),
): string {
  const harmlessRows = rows.map((row) => row.map((cell) => harmless(cell)));
  const cells = right.includes(head.at(-1) ?? '') ? harmlessRows : fold(head, harmlessRows, columns);
  const widths = head.map((title, column) =>
    cells.reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), title.length),
  );
  const line = (row: readonly string[], inHead: boolean): string =>
    row
      .map((cell, column) => {
        const title = head[column] ?? '';
        const last = column === row.length - 1;
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell)));
        const text = inHead || cell === '' ? cell : (colours[title]?.(cell) ?? cell);
        return right.includes(title) ? space + text : text + (last ? '' : space);
      })
      .join(GAP)
      .trimEnd();
  const body = cells.length === 0 ? [] : [paint('bold', line(head, true)), ...cells.map((row) => line(row, false))];
  return [...body, ...notes.map(harmless)].map((text) => `${text}\n`).join('');
}

/** Below this many columns a folded column is harder to read than a line that is too long. */
const NARROW = 12;

/** Folds the last column by words into further rows, whose other columns are empty. */
function fold(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): readonly (readonly string[])[] {
  const before = head
    .slice(0, -1)
    .map((title, column) => Math.max(title.length, ...rows.map((row) => stringWidth(row[column] ?? ''))));
  const room = columns - before.reduce((sum, width) => sum + width + GAP.length, 0);
  if (room < NARROW || room === Infinity) return rows;
  return rows.flatMap((row) => {
    const [first = '', ...more] = wrap(row.at(-1) ?? '', 0, '', room).split('\n');
    return [[...row.slice(0, -1), first], ...more.map((line) => [...head.slice(0, -1).map(() => ''), line])];
  });
}

/** @returns one table of several guests', with a first column that says whose a row is */
export function mergeTables(tables: readonly (readonly [guest: string, table: Table])[]): Table {
  const first = tables[0]?.[1];
  return {
    head: ['GUEST', ...(first?.head ?? [])],
    rows: tables.flatMap(([guest, { rows }]) => rows.map((row) => [guest, ...row])),
    ...(first?.right === undefined ? {} : { right: first.right }),
    notes: tables.flatMap(([guest, { notes = [] }]) => notes.map((note) => `${guest}: ${note}`)),
  };
}
