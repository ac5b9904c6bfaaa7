/**
 * A queue between something that pushes (a socket, a poll) and something that iterates (a session). It holds what was pushed
 * and not taken yet; the pusher bounds it by pausing its source when `push` says that nobody waits.
 */
export class PushQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #waiting: { resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void } | undefined;
  #end: { readonly error?: Error } | undefined;
  readonly #onEmpty: () => void;

  /** @param onEmpty called when the last item was taken: the source may go on */
  constructor(onEmpty: () => void = () => undefined) {
    this.#onEmpty = onEmpty;
  }

  /** @returns false when the item had to be kept because nobody waits for it */
  push(item: T): boolean {
    if (this.#end !== undefined) return true;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
      return false;
    }
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: item });
    return true;
  }

  /** No more items; those that wait are still given out. With an error, iteration then throws it. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? {} : { error };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (error === undefined) waiting.resolve({ done: true, value: undefined });
    else waiting.reject(error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const [item] = this.#items;
    if (item !== undefined) {
      this.#items.shift();
      if (this.#items.length === 0) this.#onEmpty();
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
    return this.#end.error === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(this.#end.error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
