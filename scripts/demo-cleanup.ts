/** Undoes what was done, the last first. Each action is tried even when others fail, and none runs twice. */
export class Cleanup {
  readonly #actions: (() => void | Promise<void>)[] = [];
  #running: Promise<readonly unknown[]> | undefined;

  add(action: () => void | Promise<void>): void {
    this.#actions.push(action);
  }

  /** @returns what the actions that failed threw */
  run(): Promise<readonly unknown[]> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (let action = this.#actions.pop(); action !== undefined; action = this.#actions.pop()) {
      try {
        await action();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
