import assert from 'node:assert/strict';
import test from 'node:test';
import { CommandError, ConnectError, FrozenError, Guest, TimeoutError } from '../dist/core/index.js';
import { FakeAgent, fastEnvironment, ok, refusal, type Behaviour } from './fake-agent.js';

/** An agent with two filesystems that keeps the state of a freeze; single behaviours can be replaced. */
function freezable(script: Record<string, Behaviour> = {}): FakeAgent & { frozen: boolean } {
  const agent: FakeAgent & { frozen: boolean } = Object.assign(
    new FakeAgent({
      'guest-fsfreeze-status': () => ok(agent.frozen ? 'frozen' : 'thawed'),
      'guest-fsfreeze-freeze': () => {
        agent.frozen = true;
        return ok(2);
      },
      'guest-fsfreeze-freeze-list': (args) => {
        agent.frozen = true;
        return ok((args.get('mountpoints') as string[]).length);
      },
      'guest-fsfreeze-thaw': () => {
        const count = agent.frozen ? 2 : 0;
        agent.frozen = false;
        return ok(count);
      },
      ...script,
    }),
    { frozen: false },
  );
  return agent;
}

const guestOf = (agent: FakeAgent): Guest => new Guest(agent, fastEnvironment);

await test('freezes, works, thaws, and tells what it did', async () => {
  const agent = freezable();
  const result = await guestOf(agent).withFrozenFilesystems((count) => {
    assert.equal(agent.frozen, true);
    return `work on ${String(count)}`;
  });
  assert.equal(agent.frozen, false);
  const { milliseconds, ...rest } = result;
  assert.deepEqual(rest, { value: 'work on 2', frozen: 2, thawed: 2, matched: true });
  assert.ok(milliseconds >= 0);
});

await test('mount points are passed on', async () => {
  const agent = freezable();
  const { frozen } = await guestOf(agent).withFrozenFilesystems(() => undefined, { mountpoints: ['/a'] });
  assert.equal(frozen, 1);
  assert.deepEqual(agent.commands.slice(0, 2), ['guest-fsfreeze-freeze-list', 'guest-fsfreeze-thaw']);
});

await test('thaws when the work throws, and throws that', async () => {
  const agent = freezable();
  const failure = new Error('no space for the snapshot');
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => Promise.reject(failure)),
    failure,
  );
  assert.equal(agent.frozen, false);
});

await test('thaws when the freeze times out, because it may have frozen', async () => {
  const agent = freezable();
  agent.script['guest-fsfreeze-freeze'] = () => {
    agent.frozen = true;
    return undefined;
  };
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => assert.fail('must not work'), { freezeLimit: 500 }),
    TimeoutError,
  );
  assert.equal(agent.frozen, false);
});

await test('thaws over a new connection when the old one is lost', async () => {
  const agent = freezable();
  const { thawed } = await guestOf(agent).withFrozenFilesystems(() => {
    agent.channel?.chunks.end();
  });
  assert.equal(thawed, 2);
  assert.equal(agent.frozen, false);
  assert.equal(agent.connections, 2);
});

await test('tries to thaw again until it works', async () => {
  let attempts = 0;
  const agent = freezable();
  const thaw = agent.script['guest-fsfreeze-thaw'];
  agent.script['guest-fsfreeze-thaw'] = (args, channel) => {
    attempts += 1;
    return attempts < 3 ? undefined : thaw?.(args, channel);
  };
  const { thawed } = await guestOf(agent).withFrozenFilesystems(() => undefined, { thawLimit: 500 });
  assert.deepEqual([thawed, attempts], [2, 3]);
});

await test('says loudly when thawing fails for good, and leaves a thaw in the queue', async () => {
  const agent = freezable({ 'guest-fsfreeze-thaw': () => undefined });
  const failure = new Error('work');
  const guest = guestOf(agent);
  const frozen = guest.withFrozenFilesystems(() => Promise.reject(failure), { thawLimit: 500, patience: 0 });
  await assert.rejects(frozen, (error) => {
    assert.ok(error instanceof FrozenError);
    assert.match(error.message, /MAY STILL BE FROZEN/);
    assert.equal(error.earlier, failure);
    assert.ok(error.cause instanceof TimeoutError);
    return true;
  });
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal(agent.commands.filter((command) => command === 'guest-fsfreeze-thaw').length, 2);
});

await test('a hook that fails after thawing is told, but not tried again', async () => {
  const agent = freezable();
  agent.script['guest-fsfreeze-thaw'] = () => {
    agent.frozen = false;
    return refusal('child process has failed to execute fsfreeze hook: exit 3');
  };
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => undefined),
    CommandError,
  );
  assert.equal(agent.commands.filter((command) => command === 'guest-fsfreeze-thaw').length, 1);
});

await test('does not thaw what somebody else froze', async () => {
  const agent = freezable({
    'guest-fsfreeze-freeze': () => refusal('Command guest-fsfreeze-freeze has been disabled', 'CommandNotFound'),
  });
  agent.frozen = true;
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => undefined),
    CommandError,
  );
  // whether it is blocked or frozen was asked
  assert.deepEqual(agent.commands, ['guest-fsfreeze-freeze', 'guest-fsfreeze-status']);
});

await test('thaws after a freeze that failed half way', async () => {
  const agent = freezable();
  agent.script['guest-fsfreeze-freeze'] = () => {
    agent.frozen = true;
    return refusal('failed to freeze /a: Input/output error');
  };
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => undefined),
    CommandError,
  );
  assert.equal(agent.frozen, false);
});

await test('without contact nothing is frozen and nothing thawed', async () => {
  const agent = freezable({ 'guest-sync-delimited': () => undefined });
  await assert.rejects(
    guestOf(agent).withFrozenFilesystems(() => undefined),
    ConnectError,
  );
  assert.deepEqual(agent.commands, []);
});

const info = (enabled: boolean): Behaviour => {
  const report = `{"name": "__qga_fsfreeze-report", "enabled": ${String(enabled)}, "success-response": true}`;
  return () => `{"return": {"version": "1", "supported_commands": [${report}]}}\n`;
};
const mounts = '"mounts": [{"mountpoint": "/", "type": "ext4", "result": "frozen"}], "omitted": 0, "hooks": []';
const ENDED = `{"return": {"status": "thawed", "last": {"began": 5, "ended": 9, "end": "thawed", ${mounts}}}}\n`;
const GOING_ON = `{"return": {"status": "frozen", "lease-remaining": 7, "last": {"began": 5, ${mounts}}}}\n`;

await test("the result has the agent's report, asked for after the thaw", async () => {
  const agent = freezable({ 'guest-info': info(true), '__qga_fsfreeze-report': () => ENDED });
  const { report, frozen } = await guestOf(agent).withFrozenFilesystems(() => undefined);
  assert.deepEqual([frozen, report?.began, report?.ended, report?.end], [2, 5, 9, 'thawed']);
  assert.deepEqual(report?.mounts, [{ mountpoint: '/', type: 'ext4', result: 'frozen' }]);
  assert.deepEqual(agent.commands, [
    'guest-fsfreeze-freeze',
    'guest-fsfreeze-thaw',
    'guest-info',
    '__qga_fsfreeze-report',
  ]);
});

await test('a result without a report: not there, switched off, refused, silent, or of a freeze that goes on', async () => {
  const without: readonly (readonly [string, Record<string, Behaviour>])[] = [
    ['no guest-info', {}],
    ['switched off', { 'guest-info': info(false), '__qga_fsfreeze-report': () => ENDED }],
    ['refused', { 'guest-info': info(true), '__qga_fsfreeze-report': () => refusal('no') }],
    ['silent', { 'guest-info': info(true), '__qga_fsfreeze-report': () => undefined }],
    ["somebody else's", { 'guest-info': info(true), '__qga_fsfreeze-report': () => GOING_ON }],
  ];
  for (const [why, script] of without) {
    const result = await guestOf(freezable(script)).withFrozenFilesystems(() => 'done');
    assert.deepEqual([result.value, result.matched, 'report' in result], ['done', true, false], why);
  }
});

await test('freezeReport tells of a freeze that goes on, and nothing where the agent cannot', async () => {
  const agent = freezable({ 'guest-info': info(true), '__qga_fsfreeze-report': () => GOING_ON });
  const report = await guestOf(agent).freezeReport();
  assert.deepEqual([report?.status, report?.['lease-remaining'], report?.last?.began], ['frozen', 7, 5]);
  const old = freezable({ 'guest-info': info(false) });
  assert.equal(await guestOf(old).freezeReport(), undefined);
  assert.deepEqual(old.commands, ['guest-info']);
});
