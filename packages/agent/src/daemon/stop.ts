/** Tells once, and for good, that the agent is to stop. */
export class StopSignal {
  #stopped = false;
  readonly #listeners = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back when it is told, at once if it was. @returns a function that ends that */
  onStop(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#stopped) listener();
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
