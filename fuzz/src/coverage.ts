import { Session } from 'node:inspector';

/** What of V8's answer is looked at. */
interface Taken {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
}

/** Only our own code counts, neither Node's nor the fuzzer's. */
const COUNTED = /\/packages\/[^/]+\/dist\//;

/**
 * Tells whether inputs reach places of our code that none before them reached. V8 watches; of each place it tells only once,
 * because watching is slow otherwise, and asking it takes milliseconds.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.restart();
  }

  /** How many places were reached so far. */
  get reached(): number {
    return this.#seen.size;
  }

  /** Makes V8 tell of all places again. */
  restart(): void {
    this.#post('Profiler.stopPreciseCoverage');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** Looks at what ran since the last look. @param note whether it counts as reached from now on */
  isNew(note: boolean): boolean {
    const found = this.#places().filter((place) => !this.#seen.has(place));
    if (note) for (const place of found) this.#seen.add(place);
    return found.length > 0;
  }

  close(): void {
    this.#session.disconnect();
  }

  #places(): string[] {
    return this.#post('Profiler.takePreciseCoverage')
      .result.filter(({ url }) => COUNTED.test(url))
      .flatMap(({ url, functions }) =>
        functions
          .flatMap(({ ranges }) => ranges)
          .filter(({ count }) => count > 0)
          .map(({ startOffset, endOffset }) => `${url}:${startOffset}-${endOffset}`),
      );
  }

  /** In the same process the answer comes before the call returns. */
  #post(method: 'Profiler.enable' | 'Profiler.stopPreciseCoverage' | 'Profiler.takePreciseCoverage'): Taken {
    let taken: Taken = { result: [] };
    this.#session.post(method, (error: Error | null, answer?: object) => {
      if (error !== null) throw error;
      if (answer !== undefined && 'result' in answer) taken = answer as Taken;
    });
    return taken;
  }
}
