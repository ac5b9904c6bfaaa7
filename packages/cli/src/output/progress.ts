import { formatBytes, formatDuration } from './units.js';

/** Milliseconds between two pictures. */
const FRAME = 100;

/** The rate is that of the last so many milliseconds: an old stall should not tell on the time left. */
const MEMORY = 3000;

/** The bar's longest, and what is not worth drawing. */
const BAR = 24;
const SHORT_BAR = 5;

/** Columns that stay free: for the cursor, and for the ^C that the terminal writes there; were it to wrap, the line would stay. */
const FREE = 3;

interface Part {
  readonly bytes: number;
  readonly total: number | undefined;
}

/**
 * How far one or several copies are: one line on a terminal, nothing elsewhere.
 */
export class Progress {
  readonly #label: string;
  readonly #parts = new Map<string, Part>();
  readonly #past: { readonly time: number; readonly bytes: number }[] = [];
  readonly #shown = process.stderr.isTTY;
  #drawn = 0;

  constructor(label: string) {
    this.#label = label;
  }

  /** @param name which copy */
  update(name: string, part: Part): void {
    this.#parts.set(name, part);
    const now = performance.now();
    if (!this.#shown || now - this.#drawn < FRAME) return;
    this.#drawn = now;
    const columns = process.stderr.columns;
    process.stderr.write(`\r\x1b[K${this.#line(now, columns - FREE)}`);
  }

  /** Takes the line away: what was done is said elsewhere. */
  clear(): void {
    if (this.#shown && this.#drawn > 0) process.stderr.write('\r\x1b[K');
  }

  #line(now: number, columns: number): string {
    const parts = [...this.#parts.values()];
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const known = parts.every(({ total }) => total !== undefined);
    const total = known ? parts.reduce((sum, part) => sum + (part.total ?? 0), 0) : undefined;
    return progressLine(this.#label, { bytes, total }, this.#rate(now, bytes), columns);
  }

  /** Bytes a second. */
  #rate(now: number, bytes: number): number {
    this.#past.push({ time: now, bytes });
    while ((this.#past[0]?.time ?? now) < now - MEMORY) this.#past.shift();
    const [first] = this.#past;
    if (first === undefined || now === first.time) return 0;
    return ((bytes - first.bytes) / (now - first.time)) * 1000;
  }
}

/**
 * @param rate bytes a second
 * @returns the line for a copy in at most so many columns: the bar gives way first, the time left is what people look for
 */
export function progressLine(label: string, { bytes, total }: Part, rate: number, columns: number): string {
  const speed = `${formatBytes(rate)}/s`;
  if (total === undefined || total === 0) return `${label}  ${formatBytes(bytes)}  ${speed}`.slice(0, columns);
  const left = rate > 0 ? `  ${formatDuration(((total - bytes) / rate) * 1000)} left` : '';
  const figures = `${String(Math.floor((bytes / total) * 100))}%  ${formatBytes(bytes)} of ${formatBytes(total)}  ${speed}${left}`;
  const room = Math.min(BAR, columns - `${label}  [] ${figures}`.length);
  if (room < SHORT_BAR) return `${label}  ${figures}`.slice(0, columns);
  const full = Math.min(room, Math.floor((bytes / total) * room));
  return `${label}  [${'#'.repeat(full)}${'-'.repeat(room - full)}] ${figures}`;
}
