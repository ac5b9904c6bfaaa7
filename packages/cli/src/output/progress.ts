import { formatBytes, formatDuration } from './units.js';

/** Milliseconds between two pictures. */
const FRAME = 100;

/** The rate is that of the last so many milliseconds: an old stall should not tell on the time left. */
const MEMORY = 3000;

const BAR = 24;

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
    process.stderr.write(`\r\x1b[K${this.#line(now).slice(0, columns - 1)}`);
  }

  /** Takes the line away: what was done is said elsewhere. */
  clear(): void {
    if (this.#shown && this.#drawn > 0) process.stderr.write('\r\x1b[K');
  }

  #line(now: number): string {
    const parts = [...this.#parts.values()];
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const known = parts.every(({ total }) => total !== undefined);
    const total = parts.reduce((sum, part) => sum + (part.total ?? 0), 0);
    const rate = this.#rate(now, bytes);
    const start = `${this.#label}  `;
    const speed = `${formatBytes(rate)}/s`;
    if (!known || total === 0) return `${start}${formatBytes(bytes)}  ${speed}`;
    const left = rate > 0 ? `  ${formatDuration(((total - bytes) / rate) * 1000)} left` : '';
    const full = Math.min(BAR, Math.floor((bytes / total) * BAR));
    const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
    return `${start}${bar} ${String(Math.floor((bytes / total) * 100))}%  ${formatBytes(bytes)} of ${formatBytes(total)}  ${speed}${left}`;
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
