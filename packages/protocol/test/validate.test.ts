import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Base64Text } from '../dist/base64-text.js';
import { AgentError } from '../dist/errors.js';
import { Framer } from '../dist/framer.js';
import { commandTables } from '../dist/generated/tables.js';
import type { CommandName } from '../dist/generated/commands.js';
import { plainKernels } from '../dist/kernels.js';
import { readRequest } from '../dist/message.js';
import { readTyped, type Reading } from '../dist/validate.js';
import type { JsonValue } from '../dist/value.js';

const AGENT: Reading = { kernels: plainKernels, unknownMembers: 'refuse', base64: 'keep', largeIntegers: 'bigint' };
const CLIENT: Reading = { kernels: plainKernels, unknownMembers: 'ignore', base64: 'decode', largeIntegers: 'refuse' };

function parse(text: string): JsonValue {
  for (const frame of new Framer(plainKernels).push(Buffer.from(`${text} `))) {
    if (frame.kind === 'message') return frame.value;
    throw new Error(frame.reason);
  }
  throw new Error(`no JSON: ${text}`);
}

function args(command: CommandName, text: string): unknown {
  return readTyped(AGENT, commandTables[command].arguments, parse(text), '');
}

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof AgentError) return error.message;
    throw error;
  }
  return 'accepted';
}

suite('arguments by the schema', () => {
  const bad: readonly (readonly [CommandName, string, string])[] = [
    ['guest-sync', '{}', "Parameter 'id' is missing"],
    ['guest-sync', '{"id":1.0}', "Invalid parameter type for 'id', expected: integer"],
    ['guest-sync', '{"id":null}', "Invalid parameter type for 'id', expected: integer"],
    ['guest-sync', '{"id":9223372036854775808}', "Invalid parameter type for 'id', expected: integer"],
    ['guest-sync', '{"id":"x","foo":1}', "Invalid parameter type for 'id', expected: integer"],
    ['guest-sync', '{"id":1,"foo":1}', "Parameter 'foo' is unexpected"],
    ['guest-ping', '{"foo":1}', "Parameter 'foo' is unexpected"],
    ['guest-file-open', '{"path":1}', "Invalid parameter type for 'path', expected: string"],
    ['guest-file-open', '{"path":"x","mode":null}', "Invalid parameter type for 'mode', expected: string"],
    ['guest-file-seek', '{"handle":1,"offset":0,"whence":"foo"}', "Parameter 'whence' does not accept value 'foo'"],
    [
      'guest-file-seek',
      '{"handle":1,"offset":0,"whence":true}',
      "Invalid parameter type for 'whence', expected: GuestFileWhence",
    ],
    [
      'guest-file-seek',
      '{"handle":1,"offset":0,"whence":1.5}',
      "Invalid parameter type for 'whence', expected: integer",
    ],
    ['guest-set-vcpus', '{"vcpus":{}}', "Invalid parameter type for 'vcpus', expected: array"],
    ['guest-set-vcpus', '{"vcpus":[1]}', "Invalid parameter type for 'vcpus[0]', expected: object"],
    ['guest-set-vcpus', '{"vcpus":[{"logical-id":0}]}', "Parameter 'vcpus[0].online' is missing"],
    [
      'guest-set-memory-blocks',
      '{"mem-blks":[{"phys-index":1.5,"online":true}]}',
      "Parameter 'mem-blks[0].phys-index' expects uint64",
    ],
    [
      'guest-exec',
      '{"path":"x","capture-output":3}',
      "Invalid parameter type for 'capture-output', expected: GuestExecCaptureOutput",
    ],
    ['guest-exec', '{"path":"x","arg":["a",5]}', "Invalid parameter type for 'arg[1]', expected: string"],
  ];
  for (const [command, text, expected] of bad) {
    test(`${command} ${text}: ${expected}`, () => {
      assert.equal(
        refusal(() => args(command, text)),
        expected,
      );
    });
  }

  test('good ones become plain values', () => {
    assert.deepEqual(args('guest-sync', '{"id":-0}'), { id: 0n });
    assert.deepEqual(args('guest-sync', '{"id":9223372036854775807}'), { id: 9223372036854775807n });
    assert.deepEqual(args('guest-file-close', '{"handle":9007199254740993}'), { handle: 9007199254740993n });
    assert.deepEqual(args('guest-file-seek', '{"handle":1,"offset":-5,"whence":"end"}'), {
      handle: 1,
      offset: -5,
      whence: 'end',
    });
    const write = args('guest-file-write', '{"handle":1,"buf-b64":"YWJj"}') as { 'buf-b64': Base64Text };
    assert.equal(Buffer.from(write['buf-b64'].decode()).toString(), 'abc');
    assert.deepEqual(args('guest-set-memory-blocks', '{"mem-blks":[{"phys-index":-1,"online":true}]}'), {
      'mem-blks': [{ 'phys-index': 18446744073709551615n, online: true }],
    });
  });

  test('a reply is read leniently in members and strictly in types', () => {
    const { returns } = commandTables['guest-file-read'];
    const read = (text: string): unknown => readTyped(CLIENT, returns, parse(text), 'return');
    assert.deepEqual(read('{"count":1,"buf-b64":"YQ==","eof":true,"new":[1]}'), {
      count: 1,
      'buf-b64': Uint8Array.of(97),
      eof: true,
    });
    assert.equal(
      refusal(() => read('{"count":1,"buf-b64":"!","eof":true}')),
      'Base64 data contains invalid characters',
    );
    assert.match(
      refusal(() => read('{"count":9007199254740993,"buf-b64":"","eof":true}')),
      /return.count.*2\^53/,
    );
    assert.equal(
      refusal(() => read('[]')),
      "Invalid parameter type for 'return', expected: object",
    );
  });

  test('a union is read by its tag', () => {
    const { returns } = commandTables['guest-get-cpustats'];
    const read = (text: string): unknown => readTyped(CLIENT, returns, parse(text), 'return');
    const stats = '"cpu":0,"user":1,"nice":2,"system":3,"idle":4';
    assert.deepEqual(read(`[{"type":"linux",${stats}}]`), [
      { type: 'linux', cpu: 0, user: 1, nice: 2, system: 3, idle: 4 },
    ]);
    assert.equal(
      refusal(() => read(`[{${stats}}]`)),
      "Parameter 'return[0].type' is missing",
    );
    assert.equal(
      refusal(() => read(`[{"type":"constructor",${stats}}]`)),
      "Parameter 'return[0].type' does not accept value 'constructor'",
    );
  });
});

suite('the shape of a request', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['[]', 'QMP input must be a JSON object'],
    ['{}', "QMP input lacks member 'execute'"],
    ['{"execute":1}', "QMP input member 'execute' must be a string"],
    ['{"execute":"x","arguments":[]}', "QMP input member 'arguments' must be an object"],
    ['{"exec-oob":"x"}', "QMP input member 'exec-oob' is unexpected"],
    ['{"execute":1,"control":{},"foo":1}', "QMP input member 'control' is unexpected"],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      assert.equal(
        refusal(() => readRequest(parse(text))),
        expected,
      );
    });
  }

  test('a request without arguments has none', () => {
    assert.deepEqual(readRequest(parse('{"execute":"x","id":null}')), { execute: 'x', arguments: new Map(), id: null });
  });
});
