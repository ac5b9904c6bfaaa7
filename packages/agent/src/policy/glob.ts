/** A step of a pattern: one character as it stands, or one of the wildcards. */
type Step = { readonly literal: string } | 'one' | 'some' | 'all';

/** A compiled pattern. */
export type Glob = readonly Step[];

/** A pattern that cannot be used; the message says why. */
export class GlobError extends Error {
  override readonly name = 'GlobError';
}

/**
 * Compiles a pattern: `*` is any text without a slash, `?` one character that is no slash, `**` any text, `\x` the character x.
 * @param kind in a path a slash is special; in a text `*` is any text and `?` any character
 * @throws GlobError
 */
export function compileGlob(pattern: string, kind: 'path' | 'text'): Glob {
  const steps: Step[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      const twice = characters[at + 1] === '*';
      if (twice) at += 1;
      steps.push(twice || kind === 'text' ? 'all' : 'some');
    } else if (character === '?') steps.push('one');
    else if (character !== '\\') steps.push({ literal: character });
    else {
      const literal = characters[++at];
      if (literal === undefined) throw new GlobError('a backslash at the end');
      steps.push({ literal });
    }
  }
  return steps;
}

/**
 * Whether the whole text fits the pattern. All ways to fit are followed side by side, so that the time is bounded by the length
 * of the text times that of the pattern, whatever they are.
 */
export function globMatches(glob: Glob, text: string, kind: 'path' | 'text'): boolean {
  let reached = new Uint8Array(glob.length + 1);
  reached[0] = 1;
  skipEmpty(glob, reached);
  for (const character of text) {
    const next = new Uint8Array(glob.length + 1);
    let alive = false;
    for (const [at, step] of glob.entries()) {
      if (reached[at] === 0 || !takes(step, character, kind)) continue;
      next[step === 'some' || step === 'all' ? at : at + 1] = 1;
      alive = true;
    }
    if (!alive) return false;
    skipEmpty(glob, next);
    reached = next;
  }
  return reached[glob.length] === 1;
}

function takes(step: Step, character: string, kind: 'path' | 'text'): boolean {
  if (step === 'all') return true;
  if (typeof step === 'object') return step.literal === character;
  return kind === 'text' || character !== '/';
}

/** Text wildcards may stand for nothing. */
function skipEmpty(glob: Glob, reached: Uint8Array): void {
  for (const [at, step] of glob.entries()) {
    if (reached[at] === 1 && (step === 'some' || step === 'all')) reached[at + 1] = 1;
  }
}

/** The text that a pattern stands for when it has no wildcard. */
export function literalOf(glob: Glob): string | undefined {
  const head = literalHead(glob);
  return head.rest.length === 0 ? head.text : undefined;
}

/** What stands before a pattern's first wildcard, and the pattern from there. */
export function literalHead(glob: Glob): { readonly text: string; readonly rest: Glob } {
  const wildcard = glob.findIndex((step) => typeof step === 'string');
  const end = wildcard < 0 ? glob.length : wildcard;
  const text = glob.slice(0, end).map((step) => (typeof step === 'object' ? step.literal : ''));
  return { text: text.join(''), rest: glob.slice(end) };
}

/** A pattern that begins with a text. */
export function prefixed(text: string, rest: Glob): Glob {
  return [...Array.from(text, (literal) => ({ literal })), ...rest];
}
