import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Framer } from '../dist/framer.js';
import { nodeKernels } from '../dist/node/index.js';
import { AsciiText } from '../dist/value.js';
import { bytes, frames } from './support.js';

const CHUNK = 65_536;

function* inChunks(...pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  const whole = Buffer.concat(pieces);
  for (let at = 0; at < whole.length; at += CHUNK) yield whole.subarray(at, at + CHUNK);
}

suite('limits of a message', () => {
  test('1024 brackets may be open, not one more', () => {
    const nested = (depth: number): Uint8Array => bytes('['.repeat(depth) + ']'.repeat(depth));
    assert.equal(frames([nested(1024)]).length, 1);
    assert.deepEqual(frames([nested(1025), bytes('{}')]), ['! 1:1025: JSON nesting depth limit exceeded', '{}']);
    assert.deepEqual(frames([bytes('['.repeat(100_000)), bytes('\xff{}')]), [
      '! 1:1025: JSON nesting depth limit exceeded',
      '{}',
    ]);
  });

  test('a message may have 2 Mi tokens', () => {
    const list = Buffer.from(`[${'1,'.repeat(1_048_575)}1]`);
    const framer = new Framer(nodeKernels);
    const [error, next, ...more] = [...framer.push(list), ...framer.push(bytes('{}'))];
    assert.deepEqual(error, { kind: 'broken', reason: '1:2097153: JSON token count limit exceeded' });
    assert.equal(next?.kind, 'message');
    assert.equal(more.length, 0);
  });

  test('a string beyond 64 MiB is refused while it arrives, and the next message is read', () => {
    const framer = new Framer(nodeKernels);
    const found: string[] = [];
    const payload = Buffer.alloc(CHUNK, 'x');
    const push = (chunk: Uint8Array): void => {
      for (const frame of framer.push(chunk)) found.push(frame.kind === 'broken' ? frame.reason : 'message');
    };
    push(bytes('{"a":"'));
    for (let sent = 0; sent < 1100; sent++) push(payload);
    assert.deepEqual(found, ['1:6: JSON token size limit exceeded']);
    push(bytes('"}{}'));
    assert.deepEqual(found, ['1:6: JSON token size limit exceeded', 'message']);
  });

  test('a payload of 48 MiB stays in the bytes that it came in', () => {
    const payload = Buffer.alloc(48 * 1024 * 1024, 'QUJD');
    const framer = new Framer(nodeKernels);
    let length = 0;
    for (const chunk of inChunks(bytes('{"b":"'), payload, bytes('"}'))) {
      for (const frame of framer.push(chunk)) {
        assert.equal(frame.kind, 'message');
        const text = frame.value instanceof Map ? frame.value.get('b') : undefined;
        assert.ok(text instanceof AsciiText);
        length = text.length;
        assert.ok(Buffer.concat(text.parts).equals(payload));
      }
    }
    assert.equal(length, payload.length);
  });

  test('an error quotes only the beginning of a long token', () => {
    const [error = ''] = frames([bytes(`{"a":"${'x'.repeat(100_000)}\x01`)]);
    assert.equal(error, `! 1:6: JSON parse error, stray '"${'x'.repeat(128)}...\u0001'`);
  });

  test('a number is bounded', () => {
    assert.deepEqual(frames([bytes(`[${'1'.repeat(5000)}]`), bytes('\n{}')]), [
      '! 1:2: JSON token size limit exceeded',
      '{}',
    ]);
  });
});
