/** What is fuzzed: something that takes bytes and must come through with any. */
export interface Target {
  /** for the command line, and of its file in `corpus/` */
  readonly name: string;
  /** inputs to begin with */
  readonly seeds: readonly Uint8Array[];
  /** what mutations put in: words that mean something here */
  readonly dictionary: readonly Uint8Array[];
  /** bytes that an input may have */
  readonly largest: number;
  /** @throws Error when a promise is broken; it is told in the message */
  run(input: Uint8Array): void | Promise<void>;
}

/** A promise that was broken. Anything else that is thrown is one as well: nothing promises to throw. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** @throws BrokenPromise unless it holds */
export function promised(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenPromise(what);
}

/** Bytes of a text in which each character is one byte. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** The reverse of bytesOf. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Words for a dictionary. */
export function words(...texts: readonly string[]): Uint8Array[] {
  return texts.map(bytesOf);
}
