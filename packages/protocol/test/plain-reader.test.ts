import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ByteKernels } from '../dist/bytes.js';
import { Framer } from '../dist/framer.js';
import { plainKernels } from '../dist/kernels.js';
import { MESSAGE_LIMITS, type MessageLimits } from '../dist/limits.js';
import { nodeKernels } from '../dist/node/index.js';
import { AsciiText, type JsonValue } from '../dist/value.js';
import { mutated, randomText } from './random-json.js';
import { bytes, random } from './support.js';

/** Kernels with which every message takes the lexer's way. */
const withoutOutline: ByteKernels = { ...plainKernels, outline: () => 0 };

/** A value without what depends on the chunks: long strings are put together. */
function settled(value: JsonValue): unknown {
  if (value instanceof AsciiText) return { ascii: Buffer.concat(value.parts).toString('latin1') };
  if (Array.isArray(value)) return value.map(settled);
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [key, settled(item)]));
  return value;
}

function read(kernels: ByteKernels, chunks: readonly Uint8Array[], limits: MessageLimits = MESSAGE_LIMITS): unknown[] {
  const framer = new Framer(kernels, limits);
  const found: unknown[] = [];
  for (const chunk of chunks) {
    for (const frame of framer.push(chunk)) found.push(frame.kind === 'message' ? settled(frame.value) : frame.reason);
  }
  return [...found, framer.midMessage];
}

function assertSame(input: Uint8Array, cuts: readonly number[]): void {
  const context = JSON.stringify(Buffer.from(input).toString('latin1'));
  const expected = read(withoutOutline, [input]);
  for (const kernels of [plainKernels, nodeKernels]) {
    assert.deepEqual(read(kernels, [input]), expected, context);
    for (const cut of cuts) {
      const found = read(kernels, [input.subarray(0, cut), input.subarray(cut)]);
      assert.deepEqual(found, expected, `${context} cut at ${cut}`);
    }
  }
}

suite('messages that are read in one step', () => {
  const seed = Number(process.env['QGA_SEED'] ?? Date.now() % 2 ** 31);

  test(`come out as the lexer has them, whatever the bytes and the chunks (QGA_SEED=${seed})`, () => {
    const next = random(seed);
    for (let round = 0; round < 1500; round++) {
      const whole = bytes(randomText(next));
      const input = next() < 0.6 ? mutated(whole, next) : whole;
      const all = input.length < 60;
      const cuts = all
        ? Array.from(input, (_, at) => at)
        : [1, 2, 3].map(() => Math.floor(next() * (input.length + 1)));
      assertSame(input, cuts);
    }
  });

  test('are those that clients send', () => {
    let outlined = 0;
    const counting: ByteKernels = {
      ...plainKernels,
      outline(...args) {
        const count = plainKernels.outline(...args);
        if (count > 0) outlined += 1;
        return count;
      },
    };
    const payload = 'QUJD'.repeat(1024);
    const requests = [
      '{"execute":"guest-ping"}\n',
      ' { "execute" : "guest-sync", "arguments": { "id": -12 } }\r\n',
      `{"execute":"guest-file-write","arguments":{"handle":1000,"buf-b64":"${payload}"}}`,
      '{"execute":"guest-exec","arguments":{"path":"/bin/true","arg":["a",[],true],"capture-output":false},"id":null}',
    ];
    const found = read(counting, [bytes(requests.join(''))]);
    assert.equal(outlined, requests.length);
    assert.deepEqual(found, read(withoutOutline, [bytes(requests.join(''))]));
  });

  test('are no more than the limits allow', () => {
    const input = bytes('{"a":[[1]]} {"b":"long enough"} {"c":1}');
    for (const limits of [
      { ...MESSAGE_LIMITS, nesting: 2 },
      { ...MESSAGE_LIMITS, tokens: 6 },
      { ...MESSAGE_LIMITS, size: 12 },
    ]) {
      assert.deepEqual(read(plainKernels, [input], limits), read(withoutOutline, [input], limits));
    }
  });

  test('leave columns and lines of later errors right', () => {
    const reasons = (input: string): unknown[] => read(plainKernels, [bytes(input)]).slice(0, -1);
    assert.deepEqual(reasons('{}\n{}\n  {"a":01}')[2], "1:6: JSON parse error, stray '01'");
    assert.deepEqual(reasons('{}{"a"\n:01}')[1], "2:2: JSON parse error, stray '01'");
    assertSame(bytes('{}@{"a":{}}\n{}@\n{"b":1}'), []);
  });
});
