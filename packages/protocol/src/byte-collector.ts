const BLOCK = 65_536;
/** A slice of at least this size is kept as it came; smaller ones are copied together, or their bookkeeping would outweigh them. */
const KEEP = 16_384;

/** Collects the bytes of a string that arrives in many chunks, copying only small ones. */
export class ByteCollector {
  #parts: Uint8Array[] = [];
  #block: Uint8Array | undefined;
  #used = 0;
  #length = 0;

  /** bytes collected so far */
  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (bytes.length >= KEEP) {
      this.#seal();
      this.#parts.push(bytes);
      return;
    }
    if (this.#used + bytes.length > BLOCK) this.#seal();
    this.#block ??= new Uint8Array(BLOCK);
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Gives the collected bytes away, in order, and starts anew. */
  take(): Uint8Array[] {
    this.#seal();
    const parts = this.#parts;
    this.#parts = [];
    this.#length = 0;
    return parts;
  }

  /** The first bytes, at most `count`, without taking anything. */
  head(count: number): Uint8Array[] {
    const sealed = this.#block === undefined ? [] : [this.#block.subarray(0, this.#used)];
    const head: Uint8Array[] = [];
    let left = count;
    for (const part of [...this.#parts, ...sealed]) {
      if (left <= 0) break;
      head.push(part.subarray(0, left));
      left -= part.length;
    }
    return head;
  }

  #seal(): void {
    if (this.#block !== undefined && this.#used > 0) this.#parts.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}
