/** Work that has been started: what remains is to wait for it. */
export interface Flight<T> {
  readonly done: Promise<T>;
}

/**
 * Starts work in the order of asking. Work of depth 1 runs alone; work of a greater depth starts while up to so many of its
 * kind are still under way.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #flying = new Set<Promise<void>>();
  #alone = false;

  /** @param start begins the work; the next one begins after it, so what `start` sends is sent in order */
  run<T>(start: () => Promise<Flight<T>>, depth = 1): Promise<T> {
    const started = this.#last.then(async () => {
      while (this.#flying.size >= (this.#alone ? 1 : depth)) await Promise.race(this.#flying);
      const flight = await start();
      this.#alone = depth === 1;
      this.#track(flight.done);
      return flight;
    });
    this.#last = started.catch(() => undefined);
    return started.then(({ done }) => done);
  }

  #track(done: Promise<unknown>): void {
    const settled: Promise<void> = done.then(
      () => void this.#flying.delete(settled),
      () => void this.#flying.delete(settled),
    );
    this.#flying.add(settled);
  }
}
