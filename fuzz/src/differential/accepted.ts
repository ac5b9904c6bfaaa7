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

/** What the reference prints for the number of a program that it does not know. */
const SLIP = /PRId64|PID '?ld'?/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function hasInfinity(sent: string): boolean {
  return [...sent.matchAll(NUMBER)].some(([number]) => !Number.isFinite(Number(number)));
}

/** Whether both say the same up to where ours calls the message broken, and the reference reads on. */
function breaksOff(expected: string, actual: string): boolean {
  const before = actual.split('\n');
  const last = before.pop();
  return last?.includes('"desc": "JSON is broken"') === true && `${expected}\n`.startsWith([...before, ''].join('\n'));
}

/** Whether the lines differ in nothing but the number in place of the slip. */
function tellsNumber(expected: string, actual: string): boolean {
  const lines = actual.split('\n');
  return expected.split('\n').every((line, at) => {
    const ours = lines[at] ?? '';
    return line === ours || (SLIP.test(line) && /"desc": "PID -?\d+ does not exist"/.test(ours));
  });
}

/** Differences that are accepted, each with its reason; `sent` is the item's text. */
const ACCEPTED: readonly {
  readonly reason: string;
  readonly fits: (sent: string, expected: string, actual: string) => boolean;
}[] = [
  {
    reason: 'the number is told; the reference prints a slip of its own in its place',
    fits: (_, expected, actual) => tellsNumber(expected, actual),
  },
  {
    reason: 'refused: a reply with inf in it is not JSON',
    fits: (sent, expected, actual) => hasInfinity(sent) && breaksOff(expected, actual),
  },
  {
    reason: 'no file can have a name with NUL in it',
    fits: (sent, _, actual) => /\\u0000|\xc0\x80/.test(sent) && /failed to open file '[^\n]*\\u0000/.test(actual),
  },
];

/** @returns why a difference is accepted; undefined when it is not */
export function whyAccepted(sent: string, expected: string, actual: string): string | undefined {
  return ACCEPTED.find(({ fits }) => fits(sent, expected, actual))?.reason;
}
