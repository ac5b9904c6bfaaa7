/** An IPv4 address as text. @param bytes four, in network order */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join('.');
}

/**
 * An IPv6 address as inet_ntop(3) writes it: the first of the longest runs of zeros shortened, and the last four bytes as an
 * IPv4 address where only those, or those after ffff, are set.
 * @param bytes sixteen, in network order
 */
export function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  const zeros = longestZeros(words);
  const tail = ipv4Text(bytes.subarray(12));
  if (zeros.at === 0 && zeros.length === 6) return `::${tail}`;
  if (zeros.at === 0 && zeros.length === 5 && words[5] === 0xffff) return `::ffff:${tail}`;
  const texts = words.map((word) => word.toString(16));
  if (zeros.length < 2) return texts.join(':');
  return `${texts.slice(0, zeros.at).join(':')}::${texts.slice(zeros.at + zeros.length).join(':')}`;
}

function longestZeros(words: readonly number[]): { at: number; length: number } {
  let longest = { at: 0, length: 0 };
  let length = 0;
  words.forEach((word, at) => {
    length = word === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { at: at + 1 - length, length };
  });
  return longest;
}
