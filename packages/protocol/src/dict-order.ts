/** QEMU keeps the members of an object in a table of this many buckets and prints them in the table's order. */
const BUCKETS = 512;

/**
 * The bucket of a key in QEMU's dictionaries (the string hash of gdbm and tdb). No client depends on the order, but with it
 * our replies equal QEMU's to the byte.
 * @param key characters above U+00FF would hash differently there; order among such keys is not promised
 */
export function dictBucket(key: string): number {
  let hash = Math.imul(0x238f13af, key.length);
  for (let i = 0; i < key.length; i++) hash = (hash + (key.charCodeAt(i) << ((i * 5) % 24))) | 0;
  return ((Math.imul(1103515243, hash) + 12345) >>> 0) % BUCKETS;
}

/** The entries of an object in QEMU's order: by bucket, in one bucket the later one first. */
export function inDictOrder<T>(members: ReadonlyMap<string, T>): [string, T][] {
  const entries = Array.from(members).reverse();
  if (entries.length < 2) return entries;
  return entries.map((entry) => ({ entry, bucket: dictBucket(entry[0]) })).sort((a, b) => a.bucket - b.bucket).map(({ entry }) => entry);
}
