import { encodeModifiedUtf8 } from './utf8.js';

/** QEMU keeps the members of an object in a table of this many buckets and prints them in the table's order. */
const BUCKETS = 512;

/**
 * The bucket of a key in QEMU's dictionaries: the string hash of gdbm and tdb, over the bytes of its UTF-8. No client depends
 * on the order, but with it our replies equal QEMU's to the byte.
 */
export function dictBucket(key: string): number {
  const bytes = encodeModifiedUtf8(key);
  let hash = Math.imul(0x238f13af, bytes.length);
  for (const [at, byte] of bytes.entries()) hash = (hash + (byte << ((at * 5) % 24))) | 0;
  return ((Math.imul(1103515243, hash) + 12345) >>> 0) % BUCKETS;
}

/** The entries of an object in QEMU's order: by bucket, in one bucket the later one first. */
export function inDictOrder<T>(members: ReadonlyMap<string, T>): [string, T][] {
  const entries = Array.from(members).reverse();
  if (entries.length < 2) return entries;
  return entries
    .map((entry) => ({ entry, bucket: dictBucket(entry[0]) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ entry }) => entry);
}
