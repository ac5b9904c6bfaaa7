import assert from 'node:assert/strict';
import test from 'node:test';
import { formatJson, parseJson } from '../dist/json.js';

await test('integers, bytes and empty containers are printed as JSON has them', () => {
  const value = { time: 9223372036854775807n, bytes: Buffer.from('hi'), list: [], nothing: {}, load: 0.5 };
  const line = '{"time":9223372036854775807,"bytes":"aGk=","list":[],"nothing":{},"load":0.5}';
  assert.equal(formatJson(value, false), line);
});

await test('pretty output has one member a line', () => {
  const text = formatJson([{ name: 'eth0', ok: true }], true);
  assert.equal(text, '[\n  {\n    "name": "eth0",\n    "ok": true\n  }\n]');
});

await test('what a terminal would act on is escaped, and still the same JSON', () => {
  const hostile = 'a\u001b[2J\u009b1m\u202eb\u007f';
  const text = formatJson({ name: hostile }, false);
  assert.match(text, /^[ -~]*$/);
  assert.deepEqual(JSON.parse(text), { name: hostile });
});

await test('JSON is read without losing digits, and only one value of it', () => {
  assert.equal(parseJson('9007199254740993'), 9007199254740993n);
  assert.equal(parseJson('1 2'), undefined);
  assert.equal(parseJson('{'), undefined);
  assert.equal(parseJson(''), undefined);
});
