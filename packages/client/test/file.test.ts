import assert from 'node:assert/strict';
import test from 'node:test';
import type { JsonObject, JsonValue } from '@qga/protocol';
import { CommandError, Guest, ProtocolError } from '../dist/core/index.js';
import { FakeAgent, fastEnvironment, ok, refusal, type Behaviour } from './fake-agent.js';

const object = (members: Record<string, JsonValue>): JsonObject => new Map(Object.entries(members));

function guestWith(script: Record<string, Behaviour>): { guest: Guest; agent: FakeAgent } {
  const agent = new FakeAgent({
    'guest-file-open': () => ok(1000),
    'guest-file-close': () => ok(new Map()),
    ...script,
  });
  return { agent, guest: new Guest(agent, fastEnvironment) };
}

const READ_LIES: readonly (readonly [name: string, reply: JsonObject])[] = [
  ['more bytes than asked for', object({ count: 8, 'buf-b64': 'QUFBQUFBQUE=', eof: true })],
  ['a count that is not the size', object({ count: 5, 'buf-b64': 'QUFBQQ==', eof: true })],
];

for (const [name, reply] of READ_LIES) {
  await test(`reading refuses ${name}`, async () => {
    const { guest } = guestWith({ 'guest-file-read': () => ok(reply) });
    const file = await guest.openFile('/x');
    await assert.rejects(file.read(4), ProtocolError);
  });
}

await test('writing goes on after a short write and refuses impossible counts', async () => {
  const counts = [2, 1, 9];
  const { guest } = guestWith({ 'guest-file-write': () => ok(object({ count: counts.shift() ?? 0, eof: false })) });
  const file = await guest.openFile('/x', 'w');
  await file.write(Buffer.from('abc'));
  await assert.rejects(file.write(Buffer.from('abc')), ProtocolError);
  await assert.rejects(file.write(Buffer.from('abc')), ProtocolError);
});

await test('readFile stops at its limit, and at an agent that gives neither bytes nor the end; both close the file', async () => {
  const replies = [
    object({ count: 4, 'buf-b64': 'QUFBQQ==', eof: false }),
    object({ count: 4, 'buf-b64': 'QUFBQQ==', eof: false }),
    object({ count: 0, 'buf-b64': '', eof: false }),
  ];
  const { guest, agent } = guestWith({ 'guest-file-read': () => ok(replies.shift() ?? null) });
  await assert.rejects(guest.readFile('/dev/zero', 7), RangeError);
  await assert.rejects(guest.readFile('/x'), ProtocolError);
  assert.equal(agent.commands.filter((command) => command === 'guest-file-close').length, 2);
});

await test('writeFile reports a close that fails, but a failed write first', async () => {
  const full = refusal('failed to write to file: No space left on device');
  const late = refusal('failed to close handle: No space left on device');
  const { guest, agent } = guestWith({
    'guest-file-write': () => ok(object({ count: 1, eof: false })),
    'guest-file-close': () => late,
  });
  await assert.rejects(guest.writeFile('/x', Buffer.from('a')), /failed to close/);
  agent.script['guest-file-write'] = () => full;
  await assert.rejects(guest.writeFile('/x', Buffer.from('a')), (error) => {
    assert.ok(error instanceof CommandError);
    assert.match(error.desc, /failed to write/);
    return true;
  });
});
