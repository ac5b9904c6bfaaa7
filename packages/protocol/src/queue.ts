/** What works through a queue, and how it is told of the end. */
interface Taker<T> {
  take(item: T): Promise<unknown> | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * A queue between something that pushes (a socket, a poll) and something that takes (a session). It holds what was pushed
 * and not taken yet; the pusher bounds it by pausing its source when `push` says that nobody waits.
 */
export class PushQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #waiting: { resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void } | undefined;
  /** set while it has nothing to do */
  #taker: Taker<T> | undefined;
  #end: { readonly error?: Error } | undefined;
  readonly #onEmpty: () => void;

  /** @param onEmpty called when the last item was taken: the source may go on */
  constructor(onEmpty: () => void = () => undefined) {
    this.#onEmpty = onEmpty;
  }

  /** @returns false when the item had to be kept because nobody waits for it */
  push(item: T): boolean {
    if (this.#end !== undefined) return true;
    const taker = this.#taker;
    if (taker !== undefined) {
      this.#taker = undefined;
      if (this.#give(taker, item)) this.#goOn(taker);
      return true;
    }
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
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker !== undefined) this.#goOn(taker);
    if (waiting === undefined) return;
    if (error === undefined) waiting.resolve({ done: true, value: undefined });
    else waiting.reject(error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#shift() });
    if (this.#end === undefined) return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
    return this.#end.error === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(this.#end.error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The other way to empty the queue, instead of iterating: no promise is made for an item that is dealt with at once.
   * @param take gets every item, from within `push` when it has nothing else to do; the next one waits for its promise, if any
   * @returns settles at the end; rejects with the queue's error, or with what `take` threw, after which nothing is taken
   */
  each(take: (item: T) => Promise<unknown> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#goOn({ take, resolve, reject });
    });
  }

  /** Takes the first of the items, of which there are some. */
  #shift(): T {
    const item = this.#items.shift() as T;
    if (this.#items.length === 0) this.#onEmpty();
    return item;
  }

  /** @returns whether the taker has dealt with the item */
  #give(taker: Taker<T>, item: T): boolean {
    try {
      const busy = taker.take(item);
      busy?.then(
        () => {
          this.#goOn(taker);
        },
        (error: unknown) => {
          taker.reject(error);
        },
      );
      return busy === undefined;
    } catch (error) {
      taker.reject(error);
      return false;
    }
  }

  /** The taker is free: it gets what is there, or the end, or waits. */
  #goOn(taker: Taker<T>): void {
    while (this.#items.length > 0) {
      if (!this.#give(taker, this.#shift())) return;
    }
    if (this.#end === undefined) this.#taker = taker;
    else if (this.#end.error === undefined) taker.resolve();
    else taker.reject(this.#end.error);
  }
}
