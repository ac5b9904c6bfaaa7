/** What docs/limits.md says of a limit. */
export interface DocumentedLimit {
  readonly key: string;
  readonly usual: number;
  readonly range: readonly number[];
}

/** A number as people write it: `128 MiB`, `65 536`, `60 s`. */
function numberIn(text: string): number {
  const [, digits = '', unit] = /^([\d ]+?)(?: (MiB|KiB|s|bytes))?$/.exec(text.trim()) ?? [];
  const factor = { MiB: 1024 * 1024, KiB: 1024 }[unit ?? ''] ?? 1;
  return Number(digits.replaceAll(' ', '')) * factor;
}

/** The rows of the table of settable limits: key, usual value, range, what it is and what happens. */
export function documentedLimits(page: string): DocumentedLimit[] {
  const [, table = ''] = page.split('<!-- limits -->');
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [, key = '', usual = '', range = ''] = row.split('|').map((cell) => cell.trim());
    return { key: key.replaceAll('`', ''), usual: numberIn(usual), range: range.split(' to ').map(numberIn) };
  });
}
