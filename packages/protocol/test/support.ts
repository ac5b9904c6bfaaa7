import { Framer } from '../dist/framer.js';
import { plainKernels } from '../dist/kernels.js';
import { JsonPrinter } from '../dist/printer.js';
import type { JsonValue } from '../dist/value.js';

/** Bytes of a text in which every character is one byte. */
export function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** JSON as we print it. */
export function print(value: JsonValue): string {
  return Buffer.concat(new JsonPrinter(plainKernels).json(value).take()).toString('latin1');
}

/** What a framer makes of chunks: messages printed, broken ones as `! reason`. */
export function frames(chunks: readonly Uint8Array[], framer = new Framer(plainKernels)): string[] {
  const found: string[] = [];
  for (const chunk of chunks) {
    for (const frame of framer.push(chunk)) {
      found.push(frame.kind === 'message' ? print(frame.value) : `! ${frame.reason}`);
    }
  }
  return found;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
