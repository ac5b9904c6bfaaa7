import { ask, LONG_PATIENCE_MS, request, steps } from '../harness/steps.js';
import type { Bytes, Case } from '../harness/types.js';

const NESTING = 1024;
const TOKENS = 2 * 1024 * 1024;
const SIZE = 64 * 1024 * 1024;
const PING = request('guest-ping');

function patient(name: string, bytes: Bytes): Case {
  return steps(`limits/${name}`, ask(bytes, LONG_PATIENCE_MS), ask(PING));
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** An array with an exact number of tokens, brackets and commas included. */
function tokens(count: number): string {
  // n scalars are 2n + 1 tokens, always odd; an empty array in place of the last one adds the one that is missing.
  const last = count % 2 === 0 ? '[]' : '1';
  const elements = Math.floor((count - 1) / 2);
  return `[${'1,'.repeat(elements - 1)}${last}]`;
}

/** A ping whose tokens have exactly this many bytes together. */
function pingOfSize(size: number): string {
  const frame = '{"execute":"guest-ping","id":""}';
  return `{"execute":"guest-ping","id":"${'x'.repeat(size - frame.length)}"}`;
}

/** A message at, and one beyond, each limit. */
export const limitCases: readonly Case[] = [
  patient('nesting at the limit', nested(NESTING)),
  patient('nesting beyond the limit', nested(NESTING + 1)),
  patient('nesting far beyond the limit', nested(4 * NESTING)),
  patient('nesting at the limit in a request', `{"execute":"guest-ping","id":${nested(NESTING - 1)}}`),
  patient('nesting beyond the limit in a request', `{"execute":"guest-ping","id":${nested(NESTING)}}`),
  patient('braces and brackets count together', '{"a":['.repeat(NESTING / 2 + 1) + ']}'.repeat(NESTING / 2 + 1)),
  patient('wide instead of deep', `{"execute":"guest-ping","id":[${'[],'.repeat(5000)}[]]}`),
  patient('tokens at the limit', () => tokens(TOKENS)),
  patient('tokens beyond the limit', () => tokens(TOKENS + 1)),
  patient('tokens far beyond the limit', () => tokens(TOKENS + 500_000)),
  patient('tokens at the limit in a request', () => `{"execute":"guest-ping","id":${tokens(TOKENS - 8)}}`),
  patient('tokens beyond the limit in a request', () => `{"execute":"guest-ping","id":${tokens(TOKENS - 7)}}`),
  patient('size at the limit', () => pingOfSize(SIZE - 1)),
  patient('size beyond the limit', () => pingOfSize(SIZE)),
  patient('one token beyond the limit', () => `"${'x'.repeat(SIZE)}"`),
  patient('white space does not count', () => `{"execute":${' '.repeat(SIZE + 1000)}"guest-ping"}`),
];
