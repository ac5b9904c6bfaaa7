import { parseArgs } from 'node:util';
import { findNative, findOurs, findReference, versionOf } from '../../../build/conformance/harness/programs.js';
import { Random } from '../random.js';
import { shrink } from '../shrink.js';
import { whyAccepted } from './accepted.js';
import { makeItem, type Item } from './requests.js';
import { nextConversation, Subject } from './talk.js';

/**
 * The same bytes to QEMU's agent and to ours, on both hosts, and what comes back compared.
 *
 *     npm run fuzz:differential -- [--seconds N] [--seed N]
 */

const ITEMS = 12;
/** Conversations that a finding may take to be made smaller. */
const ATTEMPTS = 60;
const ENOUGH = 15;

interface Difference {
  readonly label: string;
  readonly sent: string;
  readonly expected: string;
  readonly actual: string;
}

const tally = {
  conversations: 0,
  items: 0,
  same: 0,
  accepted: new Map<string, number>(),
  findings: 0,
  passing: 0,
  hung: 0,
};

/** Has one conversation with all. @returns the first difference that nothing excuses */
async function differs(
  subjects: readonly Subject[],
  items: readonly Item[],
  count: boolean,
): Promise<Difference | undefined> {
  const number = nextConversation();
  const [expected, ...others] = await Promise.all(subjects.map((subject) => subject.converse(items, number)));
  if (expected === undefined) {
    tally.hung += 1;
    return undefined;
  }
  let found: Difference | undefined;
  for (const [index, actual] of others.entries()) {
    for (const [at, a] of expected.entries()) {
      const text = items[at]?.text ?? '';
      const b = actual === undefined ? 'the agent hangs' : (actual[at] ?? '');
      const reason = a === b ? undefined : whyAccepted(text, a, b);
      if (count) note(a === b, reason);
      if (a === b || reason !== undefined) continue;
      found ??= { label: subjects[index + 1]?.program.label ?? '', sent: text, expected: a, actual: b };
      // what comes after a difference may follow from it
      break;
    }
  }
  return found;
}

function note(same: boolean, reason: string | undefined): void {
  tally.items += 1;
  if (same) tally.same += 1;
  else if (reason !== undefined) tally.accepted.set(reason, (tally.accepted.get(reason) ?? 0) + 1);
}

async function tell(subjects: readonly Subject[], items: readonly Item[]): Promise<void> {
  const small = await shrink(items, async (fewer) => (await differs(subjects, fewer, false)) !== undefined, ATTEMPTS);
  const difference = await differs(subjects, small, false);
  if (difference === undefined) {
    tally.passing += 1;
    return;
  }
  tally.findings += 1;
  process.stdout.write(`FOUND a difference:\n${small.map(({ text }) => `  sent ${JSON.stringify(text)}\n`).join('')}`);
  process.stdout.write(`  reference: ${difference.expected}\n  ${difference.label}: ${difference.actual}\n`);
}

async function run(subjects: readonly Subject[], seconds: number, seed: number): Promise<void> {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end && tally.findings < ENOUGH) {
    const items = Array.from({ length: ITEMS }, () => makeItem(random));
    tally.conversations += 1;
    if ((await differs(subjects, items, true)) !== undefined) await tell(subjects, items);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
  });
  const subjects: Subject[] = [];
  try {
    for (const found of [findReference(), findOurs(), findNative()]) {
      if ('program' in found) {
        subjects.push(await Subject.start(found.program));
        process.stdout.write(`${found.program.label}: ${versionOf(found.program)}\n`);
      } else process.stdout.write(`skipped: ${found.label}: ${found.reason}\n`);
    }
    if (subjects[0]?.program.label === 'reference') await run(subjects, Number(values.seconds), Number(values.seed));
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
  const { conversations, items, same, accepted, findings, passing, hung } = tally;
  process.stdout.write(
    `${conversations} conversations, ${items} comparisons, ${same} the same, ${findings} findings, ${passing} that did not show again, the reference hung ${hung} times\n`,
  );
  for (const [reason, times] of accepted) process.stdout.write(`accepted ${times} times: ${reason}\n`);
  return findings === 0 ? 0 : 1;
}

process.exitCode = await main();
