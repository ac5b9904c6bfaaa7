import { UsageError } from './usage-error.js';

/**
 * Splits a line into words as a shell does: by blanks, with '…', "…" and backslashes. Nothing is expanded.
 * @throws UsageError when a quote is not closed
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (letter === ' ' || letter === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "'" || letter === '"') {
      const end = closing(line, at, letter);
      const inner = line.slice(at + 1, end);
      word = (word ?? '') + (letter === '"' ? inner.replace(/\\(["\\])/g, '$1') : inner);
      at = end;
    } else if (letter === '\\') {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else word = (word ?? '') + letter;
  }
  return word === undefined ? words : [...words, word];
}

function closing(line: string, from: number, quote: string): number {
  for (let at = from + 1; at < line.length; at += 1) {
    if (quote === '"' && line[at] === '\\') at += 1;
    else if (line[at] === quote) return at;
  }
  throw new UsageError(`a ${quote} is not closed`);
}
