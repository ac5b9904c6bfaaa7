import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import {
  connect,
  CommandError,
  ConnectError,
  DisconnectedError,
  FreezeExpiredError,
  guestAt,
  ProtocolError,
  TimeoutError,
} from '../dist/node/index.js';
import { delay, disconnect, FakeGuest, flood, garbage, refuse, silence } from '../dist/node/testing/index.js';
import { scratchFolder } from './running-agent.js';

const folder = scratchFolder();
const MIB = 1024 * 1024;
/** milliseconds; what a guest may take here, and what the client may take to notice */
const LIMIT = 300;
const NOTICED = 3000;

type Kind = new (...args: never[]) => Error;

const FAULTS: readonly (readonly [name: string, fault: ReturnType<typeof silence>, error: Kind])[] = [
  ['never answers', silence(), TimeoutError],
  ['answers too late', delay(2 * LIMIT, { 'host-name': 'late' }), TimeoutError],
  ['answers garbage', garbage(), ProtocolError],
  ['answers binary garbage', garbage(new Uint8Array(1000).map((_, at) => at % 256)), ProtocolError],
  ['answers another type', garbage('{"return": {"host-name": 7}}\n'), ProtocolError],
  ['hangs up', disconnect(), DisconnectedError],
  ['hangs up in the middle of a reply', disconnect('{"return": {"host-'), DisconnectedError],
  ['answers 100 MB on one line', flood('x', 100 * MIB), ProtocolError],
  [
    'answers with a string that never ends',
    garbage('{"return": {"host-name": "' + 'y'.repeat(20 * MIB)),
    ProtocolError,
  ],
  ['floods with lines', flood('{"return": {}}\n', 100 * MIB), ProtocolError],
  ['nests deeply', garbage('{"return": ' + '['.repeat(5000)), ProtocolError],
  ['refuses', refuse('no'), CommandError],
];

for (const [name, fault, kind] of FAULTS) {
  await test(`a guest that ${name}`, async () => {
    const fake = new FakeGuest({ 'guest-get-host-name': fault });
    const path = join(folder, 'fault.sock');
    await fake.listen(path);
    const guest = await connect(path, { callLimit: LIMIT, replyLimit: 10 * MIB, syncLimit: NOTICED });
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await assert.rejects(guest.call('guest-get-host-name'), kind);
    assert.ok(performance.now() - start < NOTICED, 'in time');
    assert.ok(process.memoryUsage.rss() - before < 150 * MIB, 'within bounds');
    if (!name.startsWith('floods') && !name.includes('100 MB')) assert.deepEqual(await guest.call('guest-ping'), {});
    guest.close();
    await fake.close();
  });
}

await test('a call is called off at once, before and after it is sent; the next one works', async () => {
  const fake = new FakeGuest({ 'guest-get-host-name': silence() });
  const guest = await connect(fake);
  await assert.rejects(guest.call('guest-ping', {}, { signal: AbortSignal.abort(new Error('early')) }), /early/);
  const start = performance.now();
  const off = new AbortController();
  setTimeout(() => off.abort(new Error('late')), 50);
  await assert.rejects(guest.call('guest-get-host-name', {}, { signal: off.signal }), /late/);
  assert.ok(performance.now() - start < 1000);
  assert.deepEqual(await guest.call('guest-ping'), {});
  assert.deepEqual(fake.commands, ['guest-get-host-name', 'guest-ping']);
});

await test('pipelined calls are answered in order, and one that fails does not disturb the others', async () => {
  let at = 0;
  const fake = new FakeGuest({
    'guest-get-host-name': () => (++at === 3 ? refuse('third') : delay(5, { 'host-name': String(at) })),
  });
  const guest = await connect(fake);
  const calls = Array.from({ length: 8 }, () => guest.call('guest-get-host-name', {}, { depth: 4 }));
  const single = guest.call('guest-ping');
  const results = await Promise.allSettled(calls);
  const names = results.map((result) => (result.status === 'fulfilled' ? result.value['host-name'] : 'refused'));
  assert.deepEqual(names, ['1', '2', 'refused', '4', '5', '6', '7', '8']);
  assert.deepEqual(await single, {});
});

await test('pipelined calls all fail when the answers get out of step', async () => {
  const fake = new FakeGuest({ 'guest-get-host-name': garbage('}{') });
  const guest = await connect(fake);
  const calls = Array.from({ length: 3 }, () => guest.call('guest-get-host-name', {}, { depth: 3 }));
  for (const result of await Promise.allSettled(calls)) {
    assert.ok(result.status === 'rejected' && result.reason instanceof ProtocolError);
  }
  assert.deepEqual(await guest.call('guest-ping'), {});
});

await test('a command without a success reply is proven by the sync behind it', async () => {
  const fake = new FakeGuest({ 'guest-shutdown': {}, 'guest-suspend-ram': refuse('not supported') });
  const guest = await connect(fake);
  const start = performance.now();
  assert.deepEqual(await guest.ask.power.shutdown(), {});
  assert.ok(performance.now() - start < 1000, 'without waiting for silence');
  await assert.rejects(guest.ask.power.suspend(), CommandError);
  assert.deepEqual(await guest.call('guest-ping'), {});
});

await test('refusals say why', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  const reason = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof CommandError ? error.reason : error),
    );
  assert.equal(await reason(guest.call('guest-get-users')), 'unknown');
  assert.equal(await reason(guest.openFile('/none')), 'failed');
  fake.on({
    'guest-get-users': refuse(
      'Command guest-get-users has been disabled: the command is not allowed',
      'CommandNotFound',
    ),
  });
  assert.equal(await reason(guest.call('guest-get-users')), 'blocked');
  fake.frozen = true;
  assert.equal(await reason(guest.call('guest-get-users')), 'frozen');
  assert.equal((await guest.capabilities()).can('guest-get-users'), false);
});

await test("takes the flags of QEMU's newest agent, whose sign fills 64 bits", async () => {
  const route = { iface: 'eth0', destination: 'fe80::', metric: 256, version: 6 };
  const fake = new FakeGuest({
    'guest-network-get-route': garbage(
      `{"return": [${JSON.stringify(route).slice(0, -1)}, "flags": 18446744071564165121}]}\n`,
    ),
  });
  const guest = await connect(fake);
  const flags = 2n ** 64n - 2n ** 32n + 0x8020_0001n;
  assert.deepEqual(await guest.call('guest-network-get-route'), [{ ...route, flags }]);
});

await test('calls through something that makes whole ones are made one after the other, in the order of asking', async () => {
  let active = 0;
  const seen: string[] = [];
  const exchanger = {
    peer: 'exchanger',
    exchange: async (_: unknown, request: Uint8Array) => {
      assert.equal((active += 1), 1);
      // the first takes longest
      await new Promise((resolve) => setTimeout(resolve, 20 - 5 * seen.length));
      seen.push(/"id": (\d)/.exec(Buffer.from(request).toString())?.[1] ?? '');
      active -= 1;
      return Buffer.from(`{"return": ${seen.at(-1) ?? ''}}\n`);
    },
    close: () => undefined,
  };
  const guest = await connect({ name: 'exchanger', open: async () => exchanger });
  const calls = [1n, 2n, 3n, 4n].map((id) => guest.call('guest-sync', { id }, { depth: 4 }));
  assert.deepEqual(await Promise.all(calls), [1n, 2n, 3n, 4n]);
  assert.deepEqual(seen, ['1', '2', '3', '4']);
});

await test('waits until the guest is ready, and says what it waits for', async () => {
  const path = join(folder, 'late.sock');
  const fake = new FakeGuest();
  const guest = guestAt(path, { syncLimit: 200 });
  const seen: string[] = [];
  setTimeout(() => void fake.listen(path), 250);
  await guest.waitUntilReady({ timeout: 5000, onAttempt: ({ reason }) => void seen.push(reason) });
  assert.ok(seen.length > 0 && seen.every((reason) => reason === 'absent'));
  await fake.close();
  await assert.rejects(guest.waitUntilReady({ timeout: 200 }), ConnectError);
  guest.close();
});

await test('a call with patience outlasts a restart', async () => {
  const path = join(folder, 'restart.sock');
  const first = new FakeGuest();
  await first.listen(path);
  const guest = await connect(path, { patience: 5000 });
  await first.close();
  const second = new FakeGuest();
  setTimeout(() => void second.listen(path), 200);
  // the loss is noticed a moment later
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(await guest.call('guest-ping'), {});
  guest.close();
  await second.close();
});

await test('a freeze ends when its time is up although the work hangs, and when it is called off', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  const hang = (): Promise<never> => new Promise<never>(() => undefined);
  await assert.rejects(guest.frozen({ ttl: 50 }, hang), FreezeExpiredError);
  assert.equal(fake.frozen, false);
  const off = new AbortController();
  setTimeout(() => off.abort(new Error('called off')), 50);
  await assert.rejects(guest.frozen({ signal: off.signal }, hang), /called off/);
  assert.equal(fake.frozen, false);
  const done = await guest.frozen({ ttl: 1000, mountpoints: ['/a', '/b', '/c'] }, () => 'snapshot');
  assert.deepEqual([done.value, done.frozen, done.thawed, done.matched], ['snapshot', 3, 3, true]);
  fake.on({ 'guest-fsfreeze-thaw': 1 });
  assert.equal((await guest.frozen({}, () => undefined)).matched, false);
});
