import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bytes, frames, random } from './support.js';

/** Input and what comes out of it. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  '{"a":1}': ['{"a": 1}'],
  '{"a":1}{"b":2}': ['{"a": 1}', '{"b": 2}'],
  "{'a':'it\\'s \"x\"'}": ['{"a": "it\'s \\"x\\""}'],
  ' \t\r\n{"a"\n:\r[1,\t2]}\n': ['{"a": [1, 2]}'],
  '{"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615}': [
    '{"a": 9223372036854775807, "b": -9223372036854775808, "c": 18446744073709551615}',
  ],
  '[1.0,-0,1e3,0.1,12345678901234567890123]': ['[1, 0, 1000, 0.10000000000000001, 1.2345678901234568e+22]'],
  '["\\ud83d\\ude00","\\u0000","\xc3\xa9","\x7f","\xc0\x80"]': [
    '["\\uD83D\\uDE00", "\\u0000", "\\u00E9", "\\u007F", "\\u0000"]',
  ],
  '1 true "x" null []': ['1', 'true', '"x"', 'null', '[]'],
  '{"a":1,}': ['! 1:8: JSON parse error, expecting key'],
  '{"a" 1}': ["! 1:6: JSON parse error, expecting ':'"],
  '{"a":}': ['! 1:6: JSON parse error, expecting value'],
  '{"a":1 "b":2}{}': ["! 1:8: JSON parse error, expected ',' or '}'", '{}'],
  '[1 2]{}': ["! 1:4: JSON parse error, expected ',' or ']'", '{}'],
  '{1:2}{}': ['! 1:2: JSON parse error, expecting key', '{}'],
  '{]{}': ['! 1:2: JSON parse error, expecting key', '{}'],
  '}{}': ['! 1:1: JSON parse error, expecting value', '{}'],
  '{"a":1,"a":2}{}': ['! 1:8: JSON parse error, duplicate key', '{}'],
  '{} garbage {}': ['{}', "! 1:1: JSON parse error, invalid keyword 'garbage'", '{}'],
  '{"a":"\\q"}{}': ['! 1:6: JSON parse error, invalid escape sequence in string', '{}'],
  '{"a":"\\ud83d"}{}': ['! 1:6: JSON parse error, \\ud83d is not a valid Unicode character', '{}'],
  '{"a":"\xc3("}{}': ['! 1:6: JSON parse error, invalid UTF-8 sequence in string', '{}'],
  '{"a":1e400}{}': ['! 1:6: JSON parse error, number 1e400 is too large', '{}'],
  '{"a":"b\x01c"}{}': ["! 1:6: JSON parse error, stray '\"b\u0001'", '{}'],
  '{"a":{"id":01}}{}': ["! 1:12: JSON parse error, stray '01'", '{}'],
  '\xff\xff{}': ["! 1:1: JSON parse error, stray '\ufffd'", "! 1:1: JSON parse error, stray '\ufffd'", '{}'],
  '{"a":"b\xff{}': ["! 1:6: JSON parse error, stray '\"b\ufffd'", '{}'],
  // a request cut off by its client, and the next client's line
  '{"execute":"gues\n{}': ["! 1:12: JSON parse error, stray '\"gues\n'", '{}'],
  '{"a":1\n{}': ["! 2:1: JSON parse error, expected ',' or '}'", '{}'],
  // a broken message over several lines is one error
  '{\n "a": 01,\n "b": [\n3]\n}\n{}': ["! 2:7: JSON parse error, stray '01'", '{}'],
  'A\nB\n{}': ["! 1:1: JSON parse error, stray 'A'", "! 1:1: JSON parse error, stray 'B'", '{}'],
};

suite('framer', () => {
  for (const [input, expected] of Object.entries(CASES)) {
    test(`reads ${JSON.stringify(input)}`, () => {
      const whole = bytes(input);
      assert.deepEqual(frames([whole]), expected);
      for (let cut = 1; cut < whole.length; cut++) {
        assert.deepEqual(frames([whole.subarray(0, cut), whole.subarray(cut)]), expected, `cut at ${cut}`);
      }
      assert.deepEqual(frames(Array.from(whole, (byte) => Uint8Array.of(byte))), expected, 'byte by byte');
    });
  }

  test('needs no newline and leaves an unfinished message alone', () => {
    assert.deepEqual(frames([bytes('{"a":1}{"b"')]), ['{"a": 1}']);
  });

  const seed = Number(process.env['QGA_SEED'] ?? Date.now() % 2 ** 31);
  test(`is in step again after any bytes, and chunk borders mean nothing (QGA_SEED=${seed})`, () => {
    const next = random(seed);
    const alphabet = bytes('{}[]:,"\'\\ \n0123eE.-+tfn\x00\x1f\x7f\x80\xc3\xa9\xfe\xffaZ%');
    for (let round = 0; round < 3000; round++) {
      const rubbish = Uint8Array.from(
        { length: Math.floor(next() * 40) },
        () => alphabet[Math.floor(next() * alphabet.length)] ?? 0,
      );
      const input = Buffer.concat([rubbish, bytes('\n\xff{"in":"step"}')]);
      const cut = Math.floor(next() * input.length);
      const found = frames([input]);
      const context = JSON.stringify(Buffer.from(rubbish).toString('latin1'));
      assert.equal(found.at(-1), '{"in": "step"}', context);
      assert.deepEqual(frames([input.subarray(0, cut), input.subarray(cut)]), found, context);
    }
  });
});
