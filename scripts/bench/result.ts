/** A goal for one column of a row: a ratio to the reference's median, or a value in the row's unit. */
export type Goal = { readonly ratio: number } | { readonly value: number };

/** How a row is called, and which way is better. */
export interface Heading {
  readonly title: string;
  /** empty for a plain count */
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** by column */
  readonly goals?: Readonly<Record<string, Goal>>;
}

/** A row: all that was measured, by column. A column without values was not measured, or does not offer this. */
export interface Row extends Heading {
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Table {
  readonly title: string;
  readonly text: string;
  readonly columns: readonly string[];
  /** the column that the others are compared with */
  readonly reference?: string;
  readonly rows: readonly Row[];
}

/** What one part of the benchmark measured; a file of its own, so that the parts can be measured apart. */
export interface Part {
  readonly title: string;
  /** when it began */
  readonly when: string;
  readonly machine: string;
  /** processes that wanted to run, on average over a minute, before and after: what else the machine had to do */
  readonly load: readonly [before: number, after: number];
  readonly commit: string;
  readonly tables: readonly Table[];
}

/** Collects figures round by round. */
export class Samples {
  readonly #values = new Map<string, Record<string, number[]>>();

  /** @param value NaN when there is none: nothing is collected */
  add(row: string, column: string, value: number): void {
    const columns = this.#values.get(row) ?? {};
    const values = columns[column] ?? [];
    this.#values.set(row, { ...columns, [column]: Number.isNaN(value) ? values : [...values, value] });
  }

  /** @returns the headings whose rows have a figure, with the figures */
  rows(headings: Readonly<Record<string, Heading>>): Row[] {
    const entries = Object.entries(headings).map(([name, heading]) => ({ name, heading }));
    return entries
      .filter(({ name }) => Object.values(this.#values.get(name) ?? {}).some((values) => values.length > 0))
      .map(({ name, heading }) => ({ ...heading, values: this.#values.get(name) ?? {} }));
  }
}

/** The middle one, or the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
