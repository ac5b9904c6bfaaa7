import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compileGlob, globMatches, GlobError } from '../dist/policy/glob.js';

function fits(pattern: string, text: string, kind: 'path' | 'text' = 'path'): boolean {
  return globMatches(compileGlob(pattern, kind), text, kind);
}

/** The same by the regular expressions of the language, which may take for ever: only for short texts. */
function expression(pattern: string, kind: 'path' | 'text'): RegExp {
  const part = kind === 'path' ? '[^/]' : '[^]';
  const source = pattern.replace(/\\(.)|\*\*|\*|\?|[^]/gu, (token, escaped?: string) => {
    if (token === '**') return '[^]*';
    if (token === '*') return `${part}*`;
    if (token === '?') return part;
    return (escaped ?? token).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}

/** Numbers that are the same in each run: mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

suite('patterns', () => {
  test('of paths: a star stays within a name, two do not', () => {
    assert.ok(fits('/var/log/*', '/var/log/syslog'));
    assert.ok(!fits('/var/log/*', '/var/log/apt/history'));
    assert.ok(fits('/var/log/**', '/var/log/apt/history'));
    assert.ok(!fits('/var/log/**', '/var/log'));
    assert.ok(!fits('/var/log/**', '/var/logs/x'));
    assert.ok(fits('/home/*/notes', '/home/ann/notes'));
    assert.ok(!fits('/home/*/notes', '/home/ann/bob/notes'));
    assert.ok(fits('/dev/sd?', '/dev/sda'));
    assert.ok(!fits('/a?b', '/a/b'));
    assert.ok(fits('/**', '/'));
  });

  test('of texts: a star takes slashes too', () => {
    assert.ok(fits('*', '/a/b', 'text'));
    assert.ok(fits('--file=*', '--file=/etc/x', 'text'));
    assert.ok(fits('a?b', 'a/b', 'text'));
  });

  test('a backslash takes the meaning of a wildcard away', () => {
    assert.ok(fits('/a\\*', '/a*'));
    assert.ok(!fits('/a\\*', '/ab'));
    assert.throws(() => compileGlob('/a\\', 'path'), GlobError);
  });

  test('agree with regular expressions on random patterns and texts', () => {
    const random = randomNumbers(20_261_123);
    const pick = (letters: readonly string[], most: number): string =>
      Array.from({ length: random(most) }, () => letters[random(letters.length)] ?? '').join('');
    let matched = 0;
    for (let round = 0; round < 20_000; round++) {
      const kind = random(2) === 0 ? 'path' : 'text';
      const pattern = pick(['a', 'b', '/', '*', '**', '?', '\\*', '.', 'é', '😀'], 8);
      const text = pick(['a', 'b', '/', '*', '.', 'é', '😀'], 8);
      const expected = expression(pattern, kind).test(text);
      if (expected) matched += 1;
      assert.equal(fits(pattern, text, kind), expected, `round ${String(round)}: '${pattern}' on '${text}' (${kind})`);
    }
    assert.ok(matched > 500, String(matched));
  });

  test('whatever the text, the work is no more than its length times the pattern’s', () => {
    const pattern = '/**a'.repeat(100);
    // by backtracking this would not end within the age of the universe
    assert.equal(fits(pattern, `${'/a'.repeat(1000)}b`), false);
    assert.equal(fits('*a'.repeat(200), 'a'.repeat(4000), 'text'), true);
  });
});
