/** What came of one step with one agent: what virsh wrote, or what went wrong. */
export type Outcome = { readonly text: string } | { readonly fault: string };

/** A line of the result. */
export interface Row {
  readonly name: string;
  /** Missing when there is no reference to compare with. */
  readonly reference: Outcome | undefined;
  readonly ours: Outcome;
  readonly verdict: 'same' | 'not compared' | 'explained' | 'older' | 'different' | 'faulty' | 'no longer different';
  /** Why it is not the same; empty where nothing needs to be said. */
  readonly reason: string;
}

/**
 * Holds our agent's outcome against the reference's. An effect that is missing inside cannot be explained away.
 * @param known reason why this step may differ
 */
export function compare(name: string, ours: Outcome, reference?: Outcome, known?: string): Row {
  const row = { name, reference, ours };
  if ('fault' in ours) return { ...row, verdict: 'faulty', reason: ours.fault };
  if (reference === undefined) return { ...row, verdict: 'not compared', reason: 'no reference' };
  if ('text' in reference && reference.text === ours.text) {
    if (known === undefined) return { ...row, verdict: 'same', reason: '' };
    return { ...row, verdict: 'no longer different', reason: 'known-differences.txt still lists it' };
  }
  if (known === undefined) return { ...row, verdict: 'different', reason: 'not explained' };
  return { ...row, verdict: 'explained', reason: known };
}

/** Shows a difference from a reference that does not decide, because it is old or not there. */
export function compareLoosely(name: string, ours: Outcome, reference?: Outcome): Row {
  const row = compare(name, ours, reference);
  return row.verdict === 'different' ? { ...row, verdict: 'older', reason: 'an older agent does not decide' } : row;
}

/** Whether a row is as it should be. */
export function isFine({ verdict }: Row): boolean {
  return ['same', 'explained', 'older', 'not compared'].includes(verdict);
}
