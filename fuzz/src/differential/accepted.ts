/** A reply that says that a message is broken. */
const BROKEN = /"desc": "JSON (parse error|token|nesting)/;
const WHAT = /("desc": "JSON) .*"/;

/**
 * What of an agent's replies has to be the same. A broken message gets one error from ours while the reference reads on inside
 * it, so replies count up to the first such error; in which words a message is called broken is not compared, because no client
 * depends on that, and the conformance suite compares the words where they are meant to be the same.
 */
export function comparable(lines: readonly string[]): string {
  const first = lines.findIndex((line) => BROKEN.test(line));
  const counted = first < 0 ? lines : lines.slice(0, first + 1);
  return counted.map((line) => line.replace(WHAT, '$1 is broken"')).join('\n');
}

/** Differences that are accepted, each with its reason; `sent` is the item's text. */
const ACCEPTED: readonly {
  readonly reason: string;
  readonly fits: (sent: string, expected: string, actual: string) => boolean;
}[] = [
  {
    reason: 'the number is told; the reference prints a slip of its own in its place',
    fits: (_, expected) => expected.includes('PRId64') || expected.includes("PID 'ld'") || expected.includes('PID ld'),
  },
  {
    reason: 'refused: a reply with inf in it is not JSON',
    fits: (sent, expected) => /: -?inf[,}\]]/.test(expected) || /\d[eE]\+?\d{3}|\d{309}/.test(sent),
  },
  { reason: 'no file can have a name with NUL in it', fits: (sent) => /\\u0000|\xc0\x80/.test(sent) },
];

/** @returns why a difference is accepted; undefined when it is not */
export function whyAccepted(sent: string, expected: string, actual: string): string | undefined {
  return ACCEPTED.find(({ fits }) => fits(sent, expected, actual))?.reason;
}
