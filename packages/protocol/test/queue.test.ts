import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushQueue } from '../dist/queue.js';

test('items pushed before and after someone waits arrive in order', async () => {
  const queue = new PushQueue<number>();
  assert.equal(queue.push(1), false);
  assert.equal(queue.push(2), false);
  assert.deepEqual(await queue.next(), { done: false, value: 1 });
  assert.deepEqual(await queue.next(), { done: false, value: 2 });
  const waiting = queue.next();
  assert.equal(queue.push(3), true);
  assert.deepEqual(await waiting, { done: false, value: 3 });
});

test('the source is told when the last item was taken', async () => {
  let told = 0;
  const queue = new PushQueue<number>(() => (told += 1));
  queue.push(1);
  queue.push(2);
  await queue.next();
  assert.equal(told, 0);
  await queue.next();
  assert.equal(told, 1);
});

test('after the end what waits is still given out, then the error', async () => {
  const queue = new PushQueue<number>();
  queue.push(1);
  queue.end(new Error('gone'));
  queue.push(2);
  assert.deepEqual(await queue.next(), { done: false, value: 1 });
  await assert.rejects(queue.next(), /gone/);
});

test('someone who waits sees the end', async () => {
  const queue = new PushQueue<number>();
  const waiting = queue.next();
  queue.end();
  assert.deepEqual(await waiting, { done: true, value: undefined });
});

test('each gets what is there and what comes, at once, and the next item waits for the promise of the one before', async () => {
  const seen: number[] = [];
  let told = 0;
  let finish: () => void = () => undefined;
  const queue = new PushQueue<number>(() => (told += 1));
  queue.push(1);
  queue.push(2);
  const done = queue.each((item) => {
    seen.push(item);
    return item === 3 ? new Promise<void>((resolve) => (finish = resolve)) : undefined;
  });
  assert.deepEqual([seen, told], [[1, 2], 1]);
  assert.equal(queue.push(3), true);
  assert.equal(queue.push(4), false);
  assert.deepEqual(seen, [1, 2, 3]);
  queue.end();
  finish();
  await done;
  assert.deepEqual([seen, told], [[1, 2, 3, 4], 2]);
});

test('each rejects with the error of the queue, or with what its function throws, and takes nothing more', async () => {
  const broken = new PushQueue<number>();
  const waiting = broken.each(() => undefined);
  broken.end(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  for (const fail of [
    () => Promise.reject(new Error('no')),
    () => {
      throw new Error('no');
    },
  ]) {
    const queue = new PushQueue<number>();
    let taken = 0;
    const ended = queue.each(() => {
      taken += 1;
      return fail();
    });
    queue.push(1);
    queue.push(2);
    await assert.rejects(ended, /no/);
    assert.equal(taken, 1);
  }
});
