/** Attempts after which a shrunken list is small enough. */
const PATIENCE = 3000;

/**
 * Makes a failing list smaller for as long as it fails: takes out ever shorter runs of elements.
 * @param fails whether a list still shows the same failure
 */
export async function shrink<T>(
  failing: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
  patience = PATIENCE,
): Promise<readonly T[]> {
  let smallest = failing;
  let left = patience;
  for (let run = Math.ceil(smallest.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    for (let at = 0; at < smallest.length && left > 0;) {
      left -= 1;
      const shorter = [...smallest.slice(0, at), ...smallest.slice(at + run)];
      if (await fails(shorter)) smallest = shorter;
      else at += run;
    }
  }
  return smallest;
}
