import { middle, times } from './figures.js';
import type { Row, Table } from './result.js';

const WIDTH = 860;
const LEFT = 320;
const RIGHT = 60;
const TOP = 64;
const ROW = 34;
const BAR = 11;
/** The scale goes from a hundredth to a hundred times; what is beyond is cut off, its figure stands beside it. */
const EDGE = 100;
const TICKS = [0.01, 0.1, 1, 10, 100];

const STYLE = `
  text { font: 12px system-ui, 'DejaVu Sans', sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .faint { fill: #59636e; }
  .grid { stroke: #d1d9e0; }
  .one { stroke: #59636e; }
  .first { fill: #0969da; }
  .second { fill: #bf8700; }
  .goal { stroke: #cf222e; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .faint { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .one { stroke: #9198a1; }
    .first { fill: #4493f8; }
    .second { fill: #d29922; }
    .goal { stroke: #f85149; }
  }`;

/** Where a ratio stands; right is better. */
function x(advantage: number): number {
  const bounded = Math.min(Math.max(advantage, 1 / EDGE), EDGE);
  return LEFT + ((Math.log10(bounded) / Math.log10(EDGE) + 1) / 2) * (WIDTH - LEFT - RIGHT);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function text(at: number, y: number, content: string, attributes = ''): string {
  return `<text x="${at.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(content)}</text>`;
}

/** How many times better than the reference: above one is better, whichever way the figures go. */
function advantage(row: Row, column: string, reference: string): number {
  const ratio = middle(row, column) / middle(row, reference);
  return row.better === 'less' ? 1 / ratio : ratio;
}

/** Where the goal of a column stands, if it is one of ratio. */
function goalOf(row: Row, column: string): number | undefined {
  const goal = row.goals?.[column];
  if (goal === undefined || 'value' in goal) return undefined;
  return row.better === 'less' ? 1 / goal.ratio : goal.ratio;
}

/** A bar from 1× on, the mark of its goal, and behind both the figure. */
function bar(ratio: number, goal: number | undefined, y: number, kind: string): string {
  const [from, to] = [x(1), x(ratio)];
  const at = Math.min(from, to).toFixed(1);
  const width = Math.max(Math.abs(to - from), 1).toFixed(1);
  const rect = `<rect class="${kind}" x="${at}" y="${y.toFixed(1)}" width="${width}" height="${BAR}" rx="2"/>`;
  const end = Math.max(to, goal === undefined ? 0 : x(goal));
  const label =
    ratio >= 1
      ? text(end + 5, y + BAR - 2, times(ratio))
      : text(to - 5, y + BAR - 2, times(ratio), 'text-anchor="end"');
  if (goal === undefined) return rect + label;
  const mark = x(goal).toFixed(1);
  return `${rect}<line class="goal" x1="${mark}" x2="${mark}" y1="${(y - 1).toFixed(1)}" y2="${(y + BAR + 1).toFixed(1)}"/>${label}`;
}

function rowMarks(row: Row, series: readonly string[], reference: string, at: number): string {
  const y = TOP + at * ROW;
  const bars = series.map((column, index) => {
    const ratio = advantage(row, column, reference);
    if (!Number.isFinite(ratio)) return '';
    const top = y + 4 + index * (BAR + 2);
    return bar(ratio, goalOf(row, column), top, index === 0 ? 'first' : 'second');
  });
  return text(LEFT - 52, y + ROW / 2 + 4, row.title, 'text-anchor="end"') + bars.join('');
}

function legend(series: readonly string[], reference: string): string {
  const entries = series.map((name, index) => {
    const at = LEFT + index * 90;
    const kind = index === 0 ? 'first' : 'second';
    return `<rect class="${kind}" x="${at}" y="32" width="12" height="12" rx="2"/>${text(at + 18, 42, name)}`;
  });
  const goal = LEFT + series.length * 90;
  return [
    text(16, 22, `Times better than ${reference}: right is better`, 'class="title"'),
    ...entries,
    `<line class="goal" x1="${goal}" x2="${goal}" y1="30" y2="46"/>${text(goal + 8, 42, 'goal')}`,
  ].join('\n');
}

/**
 * A chart of a table with a reference, as SVG for light and dark pages.
 * The first two columns are drawn, on a logarithmic scale.
 */
export function chart(table: Table): string {
  const reference = table.reference ?? '';
  const series = table.columns.slice(0, 2);
  const height = TOP + table.rows.length * ROW + 36;
  const bottom = height - 30;
  const grid = TICKS.map((tick) => {
    const at = x(tick).toFixed(1);
    const line = `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>`;
    return line + text(x(tick), bottom + 18, `${tick}×`, 'text-anchor="middle" class="faint"');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Times better than ${escape(reference)}</title>`,
    `<style>${STYLE}\n</style>`,
    legend(series, reference),
    ...grid,
    ...table.rows.map((row, at) => rowMarks(row, series, reference, at)),
    '</svg>\n',
  ].join('\n');
}
