import { LOG_DAEMON, LOG_INFO } from '../linux/constants.js';
import type { Platform } from '../platform.js';

export type LogLevel = 'error' | 'critical' | 'warning' | 'message' | 'info' | 'debug';

/** What is logged without -v. */
const ALWAYS: readonly LogLevel[] = ['error', 'critical'];

/** How many lines are kept while filesystems are frozen; the oldest are dropped, and the drop is told. */
const KEPT_LINES = 1000;

/**
 * The agent's log. While filesystems are frozen nothing may wait for a disk, so lines are kept in memory and written after the
 * thaw.
 */
export class Log {
  readonly #platform: Platform;
  readonly #levels: ReadonlySet<LogLevel> | undefined;
  #kept: (() => void)[] | undefined;
  #dropped = 0;
  readonly #onRelease = new Set<() => void>();

  /** @param verbose log all levels */
  constructor(platform: Platform, verbose: boolean) {
    this.#platform = platform;
    this.#levels = verbose ? undefined : new Set(ALWAYS);
  }

  /** Whether a line of this level would be written. */
  shows(level: LogLevel): boolean {
    return this.#levels === undefined || this.#levels.has(level);
  }

  /** One line: time as seconds since the epoch, level, text. */
  write(level: LogLevel, text: string): void {
    if (!this.shows(level)) return;
    const microseconds = this.#platform.clock.now() / 1000n;
    const fraction = String(microseconds % 1_000_000n).padStart(6, '0');
    const line = `${String(microseconds / 1_000_000n)}.${fraction}: ${level}: ${text}\n`;
    this.#emit(() => {
      this.#platform.logs.write(line);
    });
  }

  /** A message of record: goes to the system log whatever the level. */
  record(text: string): void {
    const { logs } = this.#platform;
    if (this.#kept === undefined) logs.syslog(LOG_DAEMON | LOG_INFO, `info: ${text}`);
    else
      this.#emit(() => {
        logs.syslog(LOG_DAEMON | LOG_INFO, `info: ${text}`);
      });
  }

  /** Whether lines are kept in memory, because the disk may be frozen. */
  get held(): boolean {
    return this.#kept !== undefined;
  }

  /** Calls back whenever lines may be written again. */
  onRelease(callback: () => void): void {
    this.#onRelease.add(callback);
  }

  /** From now on lines are kept in memory. */
  hold(): void {
    this.#kept ??= [];
  }

  /** Writes what was kept; from now on lines are written at once again. */
  release(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const emit of kept) emit();
    if (this.#dropped > 0) this.write('warning', `${String(this.#dropped)} log lines were dropped while frozen`);
    this.#dropped = 0;
    for (const callback of this.#onRelease) callback();
  }

  #emit(emit: () => void): void {
    if (this.#kept === undefined) {
      emit();
      return;
    }
    this.#kept.push(emit);
    if (this.#kept.length > KEPT_LINES) {
      this.#kept.shift();
      this.#dropped += 1;
    }
  }
}
