import type { Known } from './known.js';
import { OUT_OF_STEP } from './run-case.js';
import type { Transcripts } from './run-all.js';
import type { Case, Transcript } from './types.js';

/** How one case came out for one agent against the reference. */
export interface Verdict {
  readonly test: Case;
  readonly expected: Transcript;
  readonly actual: Transcript;
  readonly same: boolean;
  /** Why a difference is accepted. */
  readonly reason: string | undefined;
}

/** Compares all cases that both agents ran. */
export function compare(cases: readonly Case[], reference: Transcripts, subject: Transcripts, known: Known): Verdict[] {
  return cases.flatMap((test) => {
    const expected = reference.get(test.name);
    const actual = subject.get(test.name);
    if (!expected || !actual) return [];
    // Staying in step is asked for even where the reference does not.
    const same = JSON.stringify(expected) === JSON.stringify(actual) && !actual.includes(OUT_OF_STEP);
    return [{ test, expected, actual, same, reason: known.get(test.name) }];
  });
}

/** What is wrong with a verdict, or nothing. */
export function complaint(verdict: Verdict): string | undefined {
  if (verdict.same && verdict.reason !== undefined) return 'listed as a known difference, but there is none any more';
  if (!verdict.same && verdict.reason === undefined) return 'differs from the reference';
  return undefined;
}

/** Cases in which an agent did not answer the next request; checked when there is no reference to compare with. */
export function outOfStep(cases: readonly Case[], subject: Transcripts, known: Known): string[] {
  return cases
    .filter((test) => subject.get(test.name)?.includes(OUT_OF_STEP) && !known.has(test.name))
    .map((test) => test.name);
}
