/** How many scenarios went which way. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Prints results as they come and keeps count. */
export class Report {
  readonly counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  /** @param ms how long it took */
  passed(name: string, ms: number): void {
    this.counts.passed++;
    this.note(`ok ${seconds(ms)} ${name}`);
  }

  failed(name: string, error: unknown): void {
    this.counts.failed++;
    this.note(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }

  skipped(name: string, reason: string): void {
    this.counts.skipped++;
    this.note(`skipped ${name}: ${reason}`);
  }

  /** A line that counts for nothing. */
  note(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** The last line of all. */
  summary(): void {
    const { passed, failed, skipped } = this.counts;
    this.note(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}

/** A time in words. @param ms milliseconds */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}
