import { median, type Goal, type Row } from './result.js';

/** A number with about three digits, and never with an exponent. */
export function figure(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

/** A ratio with two digits. */
export function times(ratio: number): string {
  return `${Number.isFinite(ratio) ? (ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2)) : '–'}×`;
}

/** Median of a column's values; NaN when there are none. */
export function middle(row: Row, column: string): number {
  return median(row.values[column] ?? []);
}

/** Median, and the range in brackets when there is one. */
export function cell(row: Row, column: string): string {
  const values = row.values[column] ?? [];
  if (values.length === 0) return '–';
  const [least, most] = [figure(Math.min(...values)), figure(Math.max(...values))];
  return least === most ? least : `${figure(median(values))} (${least}–${most})`;
}

/** What a goal asks for, in words, and whether the medians reach it. */
export function verdict(row: Row, column: string, goal: Goal, reference: string | undefined): string {
  const value = middle(row, column);
  const reached = 'value' in goal ? value : value / middle(row, reference ?? '');
  const wanted = 'value' in goal ? goal.value : goal.ratio;
  const met = row.better === 'less' ? reached <= wanted : reached >= wanted;
  const sign = row.better === 'less' ? '≤' : '≥';
  const text = 'value' in goal ? `${figure(wanted)} ${row.unit}`.trim() : `${wanted}×`;
  return `goal ${sign} ${text}: ${met ? 'met' : '**not met**'}`;
}
