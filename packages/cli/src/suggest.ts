/** How many letters must be changed, added or taken away to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** @returns up to three of the known words that may have been meant, the best first */
export function suggest(word: string, known: readonly string[]): string[] {
  const tolerated = Math.max(2, Math.floor(word.length / 3));
  return known
    .map((candidate) => ({
      candidate,
      far: candidate.includes(word) && word.length > 2 ? 1 : distance(word, candidate),
    }))
    .filter(({ far }) => far <= tolerated)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** @returns ` Did you mean a, b or c?`, or nothing when nothing is near */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = suggest(word.slice(0, 64), known);
  if (found.length === 0) return '';
  const last = found.pop() ?? '';
  return `; did you mean ${found.length === 0 ? last : `${found.join(', ')} or ${last}`}?`;
}
