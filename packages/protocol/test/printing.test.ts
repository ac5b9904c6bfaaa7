import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { StructType } from '../dist/descriptor.js';
import { dictBucket, inDictOrder } from '../dist/dict-order.js';
import { AgentError } from '../dist/errors.js';
import { commandTables } from '../dist/generated/tables.js';
import { plainKernels } from '../dist/kernels.js';
import { errorReply, successReply } from '../dist/message.js';
import { formatDouble } from '../dist/number.js';
import { encodedParts, type OutputPart } from '../dist/payload.js';
import { JsonPrinter } from '../dist/printer.js';
import type { JsonValue } from '../dist/value.js';

const text = (parts: readonly OutputPart[]): string => Buffer.concat(encodedParts(parts)).toString('latin1');

suite('printing', () => {
  test('doubles as C prints them with %.17g', () => {
    const cases: readonly (readonly [number, string])[] = [
      [0.1, '0.10000000000000001'],
      [5, '5'],
      [-1.5e-7, '-1.4999999999999999e-07'],
      [1e22, '1e+22'],
      [123456789.125, '123456789.125'],
      [1e16, '10000000000000000'],
      [1e17, '1e+17'],
      [0.0001, '0.0001'],
      [0.00001, '1.0000000000000001e-05'],
      [-0, '-0'],
      [5e-324, '4.9406564584124654e-324'],
      [1.7976931348623157e308, '1.7976931348623157e+308'],
    ];
    for (const [value, expected] of cases) assert.equal(formatDouble(value), expected);
  });

  test('members in the order of QEMU’s dictionaries', () => {
    const order = ['exec-oob', 'control', 'execute', 'event', 'arguments', 'id', 'foo'];
    const shuffled = new Map(order.toReversed().map((name) => [name, 0]));
    assert.deepEqual(
      inDictOrder(shuffled).map(([name]) => name),
      order,
    );
    assert.ok(dictBucket('é') >= 0 && dictBucket('é') < 512);
  });

  test('the generated orders are those of the hash', () => {
    for (const { arguments: type } of Object.values(commandTables)) {
      const members = new Map(type.wire.map((name) => [name, 0]));
      assert.deepEqual(
        inDictOrder(members).map(([name]) => name),
        type.wire,
      );
    }
  });

  test('replies, with the id where QEMU puts it', () => {
    const id: JsonValue = new Map<string, JsonValue>([['b', 1]]);
    const { returns } = commandTables['guest-file-read'];
    const value = { count: 3, 'buf-b64': Buffer.from('abc'), eof: true };
    const reply = '{"return": {"count": 3, "buf-b64": "YWJj", "eof": true}';
    assert.equal(text(successReply(plainKernels, returns, value, undefined)), `${reply}}\n`);
    assert.equal(text(successReply(plainKernels, returns, value, id)), `${reply}, "id": {"b": 1}}\n`);
    const error = new AgentError('no "x"\n', 'CommandNotFound');
    const wire = '"error": {"class": "CommandNotFound", "desc": "no \\"x\\"\\n"}}\n';
    assert.equal(text(errorReply(plainKernels, error, undefined)), `{${wire}`);
    assert.equal(text(errorReply(plainKernels, error, 7)), `{"id": 7, ${wire}`);
  });

  test('a value that is not of its type is our fault, not the peer’s', () => {
    const { returns } = commandTables['guest-file-read'];
    assert.throws(
      () => successReply(plainKernels, returns, { count: 'x', 'buf-b64': 5, eof: true }, undefined),
      TypeError,
    );
    assert.throws(() => new JsonPrinter(plainKernels).typed({ kind: 'number' }, Number.NaN), TypeError);
    const list = { kind: 'array', of: { kind: 'str' } } as const;
    assert.throws(() => new JsonPrinter(plainKernels).typed(list, 'x'), TypeError);
  });

  test('absent members are left out', () => {
    const type: StructType = {
      kind: 'struct',
      name: 'Pair',
      members: [
        { name: 'a', type: { kind: 'str' }, optional: false },
        { name: 'b', type: { kind: 'bool' }, optional: true },
      ],
      wire: ['a', 'b'],
    };
    assert.equal(text(new JsonPrinter(plainKernels).typed(type, { a: '<€/>' }).take()), '{"a": "<\\u20AC/>"}');
  });
});
