/** Numbers that look random and are the same for the same seed: Mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** @returns 32 bits */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  }

  /** @returns an integer from 0 to `limit` - 1; 0 when there is no such integer */
  below(limit: number): number {
    return limit <= 0 ? 0 : Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  /** Once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** @throws RangeError when there is nothing to choose from */
  pick<T>(items: readonly T[]): T {
    const index = this.below(items.length);
    if (index >= items.length) throw new RangeError('nothing to choose from');
    return items[index] as T;
  }
}

/** A seed that is the same for the same bytes: FNV-1a. */
export function seedOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Cuts bytes into pieces at random places; every tenth time into single bytes. */
export function inPieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const longest = random.once(10) ? 1 : 1 + random.below(40);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(longest);
    pieces.push(bytes.slice(at, end));
    at = end;
  }
  return pieces;
}
