import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ByteKernels } from '../dist/bytes.js';
import type { ByteChannel } from '../dist/channel.js';
import { commandTables } from '../dist/generated/tables.js';
import { successReply } from '../dist/message.js';
import { nodeKernels } from '../dist/node/kernels.js';
import { encodedParts, sendParts } from '../dist/payload.js';
import { PushQueue } from '../dist/queue.js';

const MEBIBYTE = 1024 * 1024;
const { returns } = commandTables['guest-file-read'];

/** Bytes of which no two neighbouring pieces are alike. */
function payload(size: number): Buffer {
  return Buffer.from(new Uint8Array(size).map((_, at) => (at * 7 + (at >> 16)) & 0xff));
}

/** A channel that takes each write when the test says so. */
class SlowChannel implements ByteChannel {
  readonly peer = 'test';
  readonly chunks = new PushQueue<Uint8Array>();
  readonly written: Uint8Array[] = [];
  take: () => void = () => undefined;
  write(parts: readonly Uint8Array[]): Promise<void> {
    this.written.push(...parts);
    return new Promise((resolve) => (this.take = resolve));
  }
  close = (): void => undefined;
}

suite('long payloads', () => {
  for (const size of [1.5 * MEBIBYTE, 1.5 * MEBIBYTE + 1, 3 * MEBIBYTE, 4 * MEBIBYTE + 1, 4 * MEBIBYTE + 2]) {
    test(`of ${size} bytes have the base64 of the whole`, () => {
      const bytes = payload(size);
      const parts = successReply(nodeKernels, returns, { count: size, 'buf-b64': bytes, eof: false }, 5);
      const expected = `{"return": {"count": ${size}, "buf-b64": "${bytes.toString('base64')}", "eof": false}, "id": 5}\n`;
      assert.ok(Buffer.concat(encodedParts(parts)).toString('latin1') === expected);
    });
  }

  test('are encoded a piece at a time, each when the one before was taken', async () => {
    let encoded = 0;
    const kernels: ByteKernels = {
      ...nodeKernels,
      encodeBase64(bytes) {
        encoded += bytes.length;
        return nodeKernels.encodeBase64(bytes);
      },
    };
    const bytes = payload(4 * MEBIBYTE);
    const channel = new SlowChannel();
    const sending = sendParts(
      channel,
      successReply(kernels, returns, { count: 1, 'buf-b64': bytes, eof: true }, undefined),
    );
    for (const upTo of [1.5, 3, 4]) {
      assert.equal(encoded, upTo * MEBIBYTE);
      channel.take();
      await new Promise(setImmediate);
    }
    channel.take();
    await sending;
    const text = Buffer.concat(channel.written).toString('latin1');
    assert.ok(text === `{"return": {"count": 1, "buf-b64": "${bytes.toString('base64')}", "eof": true}}\n`);
  });

  test('end with the channel', async () => {
    const channel = new SlowChannel();
    let writes = 0;
    channel.write = () => (++writes === 2 ? Promise.reject(new Error('gone')) : Promise.resolve());
    const value = { count: 1, 'buf-b64': payload(8 * MEBIBYTE), eof: true };
    await assert.rejects(async () => sendParts(channel, successReply(nodeKernels, returns, value, undefined)), /gone/);
    assert.equal(writes, 2);
  });
});
