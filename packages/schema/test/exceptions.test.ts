import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exceptionsOf, schemaOf } from './support.js';

const schema = schemaOf(`
{ 'struct': 'S', 'data': { 'text': 'str', 'small': 'uint8' } }
{ 'struct': 'T', 'base': 'S', 'data': {} }
{ 'command': 'c', 'returns': 'int', 'data': { '*x': { 'type': 'size', 'if': { 'not': 'KNOWN' } } } }
{ 'event': 'E', 'data': { 'y': 'str' } }
`);

function json(parts: object): string {
  const platforms = [{ name: 'P', defines: ['KNOWN'], reason: 'test' }];
  return JSON.stringify({ base64: [], bigint: [], platforms, ...parts }, undefined, 1);
}

function entry(field: string): object {
  return { field, reason: 'test' };
}

test('exceptions are found by definition and member', () => {
  const text = json({ base64: [entry('S.text'), entry('E.y')], bigint: [entry('c.x'), entry('c.return')] });
  assert.deepEqual(
    [...exceptionsOf(text, schema).forms],
    [
      ['S.text', 'base64'],
      ['E.y', 'base64'],
      ['c.x', 'bigint'],
      ['c.return', 'bigint'],
    ],
  );
});

const WRONG: readonly (readonly [string, object, RegExp])[] = [
  [
    'an unknown definition',
    { base64: [entry('Nowhere.text')] },
    /^exceptions\.json:4:\d+: error: 'Nowhere\.text' does not/,
  ],
  ['an unknown member', { base64: [entry('S.nothing')] }, /'S\.nothing' does not exist/],
  ['an inherited member', { base64: [entry('T.text')] }, /'T\.text' does not exist/],
  ['a command without return', { base64: [entry('S.return')] }, /'S\.return' does not exist/],
  ['base64 of a number', { base64: [entry('S.small')] }, /of type uint8, which cannot be base64/],
  ['bigint of a small integer', { bigint: [entry('S.small')] }, /of type uint8, which cannot be bigint/],
  ['no reason', { base64: [{ field: 'S.text' }] }, /an entry has no 'reason'/],
  ['no field', { base64: [{ reason: 'x' }] }, /an entry has no 'field'/],
  ['no list', { bigint: 3 }, /list 'bigint' is missing/],
  ['no defines', { platforms: [{ name: 'P', reason: 'x' }] }, /needs a list 'defines'/],
  ['a condition that nobody knows', { platforms: [] }, /^test\.json:4:1: error: In command 'c': 'if' asks for KNOWN/],
];

for (const [what, parts, message] of WRONG) {
  test(`refused: ${what}`, () => {
    assert.throws(() => exceptionsOf(json(parts), schema), { name: 'SchemaError', message });
  });
}
