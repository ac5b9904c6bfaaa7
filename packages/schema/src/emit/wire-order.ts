/**
 * The order in which QEMU prints the members of an object: that of a hash table with 512 buckets, the lowest bucket first and
 * within a bucket the last one put in first. The hash is that of the gdbm library, over the bytes of the name, modulo 2^32.
 * Names are ASCII (the schema's lexer sees to it), so UTF-16 units are bytes.
 */
const BUCKETS = 512;

/** Member names in the order of the wire; `names` in the order in which QEMU puts them in, which is that of the schema. */
export function wireOrder(names: readonly string[]): string[] {
  return names
    .map((name, index) => ({ name, index, bucket: bucketOf(name) }))
    .sort((a, b) => a.bucket - b.bucket || b.index - a.index)
    .map(({ name }) => name);
}

function bucketOf(name: string): number {
  let hash = Math.imul(0x238f13af, name.length);
  for (let index = 0; index < name.length; index += 1) {
    hash = (hash + (name.charCodeAt(index) << ((index * 5) % 24))) | 0;
  }
  return ((Math.imul(1103515243, hash) + 12345) >>> 0) % BUCKETS;
}
