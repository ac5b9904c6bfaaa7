import { concatBytes } from '@qga/protocol';

/** What can be written: pieces of any size, as they come. */
export type Source = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Cuts and joins what comes into pieces of the size that is wanted at the moment; only the last one is shorter. */
export async function* slices(source: Source, size: () => number): AsyncGenerator<Uint8Array, void, undefined> {
  let kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    for (let rest = chunk; rest.length > 0;) {
      const wanted = Math.max(size() - length, 1);
      const part = rest.subarray(0, wanted);
      kept.push(part);
      length += part.length;
      rest = rest.subarray(part.length);
      if (length < size()) continue;
      yield concatBytes(kept);
      kept = [];
      length = 0;
    }
  }
  if (length > 0) yield concatBytes(kept);
}
