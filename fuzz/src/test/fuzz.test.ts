import assert from 'node:assert/strict';
import test from 'node:test';
import { asLine } from '../corpus.js';
import { assertHarmless } from '../../../build/conformance/harness/guard.js';
import { makeItem } from '../differential/requests.js';
import { comparable, whyAccepted } from '../differential/accepted.js';
import { fuzz, type Outcome } from '../fuzz.js';
import { inPieces, Random } from '../random.js';
import { shrink } from '../shrink.js';
import { bytesOf, promised, textOf, type Target } from '../target.js';

/** Breaks at a word that is not in the seed, and only behind another byte. */
function withBug(tried: string[] = []): Target {
  return {
    name: 'bug',
    seeds: [bytesOf('some seed')],
    dictionary: [bytesOf('bug'), bytesOf('other')],
    largest: 200,
    run(input) {
      const text = textOf(input);
      tried.push(text);
      promised(!/x.*bug/s.test(`x${text}`) || !text.includes('o'), 'no bug behind an o');
    },
  };
}

function hunt(target: Target, seed: number): Promise<Outcome> {
  return fuzz(target, { random: new Random(seed), corpus: [], goesOn: (tried) => tried < 1000 });
}

await test('a broken promise is found and made as small as it can be', async () => {
  const { findings } = await hunt(withBug(), 1);
  assert.equal(findings.length, 1);
  assert.deepEqual([...textOf(findings[0]?.input ?? new Uint8Array(0))].sort().join(''), 'bgou');
});

await test('the same seed tries the same inputs, another seed others', async () => {
  const [first, second, third]: string[][] = [[], [], []];
  await hunt(withBug(first), 1);
  await hunt(withBug(second), 1);
  await hunt(withBug(third), 2);
  assert.deepEqual(first, second);
  assert.notDeepEqual(first, third);
});

await test('shrinking keeps what the failure needs', async () => {
  const numbers = Array.from({ length: 50 }, (_, at) => at);
  const small = await shrink(numbers, async (list) => list.includes(7) && list.includes(31));
  assert.deepEqual(small, [7, 31]);
});

await test('pieces are the whole, and an input is a line of the corpus', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  assert.deepEqual(Buffer.concat(inPieces(bytes, new Random(3))), Buffer.from(bytes));
  assert.match(asLine(bytes), /^[\x20-\x7e]*$/);
  assert.deepEqual(bytesOf(JSON.parse(asLine(bytes)) as string), bytes);
});

await test('what is sent to agents on this machine is harmless', () => {
  const random = new Random(5);
  for (let count = 0; count < 5000; count++) {
    const { text } = makeItem(random);
    assertHarmless(text);
    assert.doesNotMatch(text, /"path":"[^"]*\//);
  }
});

await test('replies count up to the first broken message, and only known differences are accepted', () => {
  const broken = '{"error": {"class": "GenericError", "desc": "JSON parse error, stray \'x\'"}}';
  assert.equal(comparable(['{"return": {}}', broken, broken]).split('\n').length, 2);
  assert.equal(comparable([broken]), comparable([broken.replace('stray', 'expecting value')]));
  assert.notEqual(comparable(['{"return": 1}']), comparable(['{"return": 2}']));
  assert.equal(whyAccepted('{}', '{"return": 1}', '{"return": 2}'), undefined);
});

await test('what is accepted of a number that is too large is that ours stops there, and nothing else', () => {
  const refused = comparable([
    '{"error": {"class": "GenericError", "desc": "JSON parse error, number 1e400 is too large"}}',
  ]);
  const reason = whyAccepted('{"execute":"guest-ping","id":1e400}', '{"return": {}, "id": inf}', refused);
  assert.match(reason ?? '', /inf/);
  assert.equal(whyAccepted('{"execute":"guest-ping","id":1e400}', '{"return": {}, "id": inf}', '{}'), undefined);
  assert.equal(whyAccepted('{"execute":"guest-ping","id":1e300}', '{"return": {}, "id": inf}', refused), undefined);
  const sent = '{"execute":"guest-nothing"}{"id":-1e999}';
  assert.equal(whyAccepted(sent, '{"error": 1}\n{"error": 2}', `{"error": 3}\n${refused}`), undefined);
  assert.notEqual(whyAccepted(sent, '{"error": 1}\n{"error": 2}', `{"error": 1}\n${refused}`), undefined);
});

await test('a program’s number is accepted in place of the slip only', () => {
  const told = (what: string): string => `{"error": {"class": "GenericError", "desc": "PID ${what} does not exist"}}`;
  assert.notEqual(whyAccepted('', told('ld'), told('7')), undefined);
  assert.equal(whyAccepted('', told('ld'), '{"return": {}}'), undefined);
  assert.equal(whyAccepted('', `${told('ld')}\n{"return": 1}`, `${told('7')}\n{"return": 2}`), undefined);
});
