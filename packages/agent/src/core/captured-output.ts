/** How much of one stream of a program is kept, in bytes: QEMU's limit, which clients know. */
export const KEPT_OF_A_STREAM = 16 * 1024 * 1024;
const FIRST_SIZE = 4096;

/** The beginning of what a program wrote to one stream, in one piece of memory however small its writes were. */
export class CapturedOutput {
  #bytes = new Uint8Array(0);
  #length = 0;
  #truncated = false;

  /** bytes kept */
  get length(): number {
    return this.#length;
  }

  /** Whether more was written than is kept. */
  get truncated(): boolean {
    return this.#truncated;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Keeps as much of a chunk as the stream's limit allows.
   * @param room how much may be kept at the most, in bytes
   * @returns how much was kept, in bytes
   */
  append(chunk: Uint8Array, room: number): number {
    const count = Math.min(chunk.length, room, KEPT_OF_A_STREAM - this.#length);
    if (count < chunk.length) this.#truncated = true;
    this.#reserve(this.#length + count);
    this.#bytes.set(chunk.subarray(0, count), this.#length);
    this.#length += count;
    return count;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(KEPT_OF_A_STREAM, Math.max(size, 2 * this.#bytes.length, FIRST_SIZE)));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}
