/** Lets one asynchronous piece of work run at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  /** Whether nothing runs or waits. */
  get idle(): boolean {
    return this.#asked === 0;
  }

  /** Runs the work once all that was asked for before has ended; gives what it gives. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const ended = (): void => {
      this.#asked -= 1;
    };
    this.#asked += 1;
    const result = this.#last.then(work);
    this.#last = result.then(ended, ended);
    return result;
  }
}
