import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CommandError,
  ConnectError,
  DisconnectedError,
  Guest,
  ProtocolError,
  TimeoutError,
} from '../dist/core/index.js';
import type { GuestOptions } from '../dist/core/index.js';
import { FakeAgent, fastEnvironment, ok, refusal, type Behaviour } from './fake-agent.js';

function guestOf(agent: FakeAgent, options: GuestOptions = {}): Guest {
  return new Guest(agent, fastEnvironment, options);
}

/** A behaviour for each call in turn; the last one stays. */
function inTurn(...behaviours: Behaviour[]): Behaviour {
  let at = 0;
  return (...parameters) => behaviours[Math.min(at++, behaviours.length - 1)]?.(...parameters);
}

const INFO = '{"return": {"version": "1", "supported_commands": []}}\n';

await test('a call returns what the schema promises and nothing else', async () => {
  const agent = new FakeAgent({
    'guest-info': () => '{"return": {"version": "1", "supported_commands": [], "__proto__": {"x": 1}, "new": 2}}\n',
  });
  assert.deepEqual(await guestOf(agent).call('guest-info'), { version: '1', supported_commands: [] });
});

await test('calls run one at a time, in the order of asking', async () => {
  let running = 0;
  const agent = new FakeAgent({
    'guest-get-time': (_, channel) => {
      running += 1;
      assert.equal(running, 1);
      setTimeout(() => {
        running -= 1;
        channel.send(ok(9007199254740993n));
      }, 2);
      return undefined;
    },
  });
  const guest = guestOf(agent);
  const times = await Promise.all([
    guest.call('guest-get-time'),
    guest.call('guest-get-time'),
    guest.call('guest-ping'),
  ]);
  assert.deepEqual(times, [9007199254740993n, 9007199254740993n, {}]);
});

await test('a refusal is a CommandError and leaves the connection in step', async () => {
  const agent = new FakeAgent({ 'guest-file-close': () => refusal("handle '7' has not been found") });
  const guest = guestOf(agent);
  await assert.rejects(guest.call('guest-file-close', { handle: 7 }), (error) => {
    assert.ok(error instanceof CommandError);
    assert.deepEqual(
      [error.command, error.errorClass, error.desc],
      ['guest-file-close', 'GenericError', "handle '7' has not been found"],
    );
    return true;
  });
  assert.deepEqual(await guest.call('guest-ping'), {});
});

await test('after silence the late answer is not taken for the next one', async () => {
  const agent = new FakeAgent({
    'guest-get-host-name': inTurn(
      () => undefined,
      () => '{"return": {"host-name": "right"}}\n',
    ),
  });
  const guest = guestOf(agent);
  await assert.rejects(guest.call('guest-get-host-name', {}, { limit: 500 }), TimeoutError);
  agent.channel?.send('{"return": {"host-name": "late"}}\n');
  assert.deepEqual(await guest.call('guest-get-host-name'), { 'host-name': 'right' });
  assert.equal(agent.connections, 1);
});

await test('an agent that stays silent is not contacted: nothing is sent', async () => {
  const agent = new FakeAgent({ 'guest-sync-delimited': () => undefined });
  await assert.rejects(guestOf(agent).call('guest-ping'), (error) => {
    assert.ok(error instanceof ConnectError);
    assert.equal(error.reason, 'silent');
    return true;
  });
  assert.deepEqual(agent.commands, []);
});

await test('what an earlier client left is thrown away', async () => {
  const agent = new FakeAgent();
  const sync = agent.script['guest-sync-delimited'];
  agent.script['guest-sync-delimited'] = (args, channel) => {
    channel.send('"tail"]}\n{"return": 3}\n\xff{"return": 1}\n{"return": {"host-name": "half');
    return sync?.(args, channel);
  };
  assert.deepEqual(await guestOf(agent).call('guest-ping'), {});
});

await test('agents without guest-sync-delimited are greeted with guest-sync', async () => {
  const agent = new FakeAgent({
    'guest-sync-delimited': () => refusal('The command guest-sync-delimited has not been found', 'CommandNotFound'),
  });
  assert.deepEqual(await guestOf(agent).call('guest-ping'), {});
});

await test('unasked bytes force a new sync and are not taken for an answer', async () => {
  const agent = new FakeAgent({ 'guest-info': () => INFO });
  const guest = guestOf(agent);
  await guest.open();
  agent.channel?.send('{"return": {"version": "forged", "supported_commands": []}}\n');
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((await guest.call('guest-info')).version, '1');

  agent.script['guest-ping'] = () => ok(new Map()) + '{"return": {"version": "forged", "supported_commands": []}}\n';
  await guest.call('guest-ping');
  assert.equal((await guest.call('guest-info')).version, '1');
});

const NONSENSE: readonly (readonly [name: string, reply: string])[] = [
  ['garbage', 'login: \n'],
  ['a list', '[]\n'],
  ['neither value nor error', '{"event": "x"}\n'],
  ['a value of another type', '{"return": {"host-name": 5}}\n'],
  ['a missing member', '{"return": {}}\n'],
  ['too large a reply', `{"return": {"host-name": "${'x'.repeat(2000)}"}}\n`],
];

for (const [name, reply] of NONSENSE) {
  await test(`${name} is a ProtocolError, and the next call works`, async () => {
    const agent = new FakeAgent({ 'guest-get-host-name': () => reply });
    const guest = guestOf(agent, { replyLimit: 1000 });
    await assert.rejects(guest.call('guest-get-host-name'), ProtocolError);
    assert.deepEqual(await guest.call('guest-ping'), {});
  });
}

await test('base64 that is none is a ProtocolError', async () => {
  const agent = new FakeAgent({
    'guest-file-read': () => '{"return": {"count": 3, "buf-b64": "???", "eof": true}}\n',
  });
  await assert.rejects(guestOf(agent).call('guest-file-read', { handle: 1 }), ProtocolError);
});

await test('a disconnect in the middle of a reply leaves it open whether the command ran; the next call connects anew', async () => {
  const agent = new FakeAgent({
    'guest-get-host-name': inTurn(
      (_, channel) => {
        channel.send('{"return": {"host-n');
        channel.chunks.end();
        return undefined;
      },
      () => '{"return": {"host-name": "back"}}\n',
    ),
  });
  const guest = guestOf(agent);
  await assert.rejects(guest.call('guest-get-host-name'), DisconnectedError);
  assert.deepEqual(await guest.call('guest-get-host-name'), { 'host-name': 'back' });
  assert.equal(agent.connections, 2);
});

await test('a write that fails is a disconnect', async () => {
  const agent = new FakeAgent();
  const guest = guestOf(agent);
  await guest.open();
  if (agent.channel !== undefined) agent.channel.closed = true;
  await assert.rejects(guest.call('guest-ping'), DisconnectedError);
});

await test('commands without a success reply end by silence, by the end of the channel, or by an error', async () => {
  const agent = new FakeAgent({
    'guest-suspend-ram': () => undefined,
    'guest-shutdown': (_, channel) => {
      channel.chunks.end();
      return undefined;
    },
    'guest-suspend-disk': () => refusal('unsupported'),
  });
  const guest = guestOf(agent, { quiet: 500 });
  assert.deepEqual(await guest.call('guest-suspend-ram'), {});
  assert.deepEqual(await guest.call('guest-ping'), {});
  await assert.rejects(guest.call('guest-suspend-disk'), CommandError);
  assert.deepEqual(await guest.call('guest-shutdown'), {});
});

await test('bad arguments are the caller\u2019s fault and send nothing', async () => {
  const agent = new FakeAgent();
  const guest = guestOf(agent);
  // @ts-expect-error -- a required argument is missing
  await assert.rejects(guest.call('guest-file-open'), TypeError);
  // @ts-expect-error -- the command takes no arguments
  await assert.rejects(guest.call('guest-info', { path: '/x' }), TypeError);
  await assert.rejects(guest.callUntyped('guest-file-open', {}), TypeError);
  await assert.rejects(guest.callUntyped('guest-ping', { foo: 1 }), TypeError);
  await assert.rejects(guest.callUntyped('guest-file-write', { handle: 1, 'buf-b64': 'text' }), TypeError);
  assert.equal(agent.connections, 0);
});

await test('closing fails the call under way and all later ones', async () => {
  const agent = new FakeAgent({ 'guest-get-time': () => undefined });
  const guest = guestOf(agent);
  await guest.open();
  const call = assert.rejects(guest.call('guest-get-time'), DisconnectedError);
  await new Promise((resolve) => setTimeout(resolve, 2));
  guest.close();
  await call;
  await assert.rejects(guest.call('guest-ping'), ConnectError);
  assert.equal(agent.channel?.closed, true);
});
