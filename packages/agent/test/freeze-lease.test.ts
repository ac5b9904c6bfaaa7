import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import type { QgaFreezeReport } from '@qga/protocol';
import { Agent, type AgentOptions } from '../dist/agent.js';
import { EOPNOTSUPP } from '../dist/linux/constants.js';
import { temporaryFolder } from './support/agent-process.js';
import { settle } from './support/fake-programs.js';
import { FrozenWorld, type FakeMount } from './support/frozen-world.js';
import { call, request } from './support/memory-client.js';

const ROOT: FakeMount = { mountpoint: '/', device: '8:1' };
const HOME: FakeMount = { mountpoint: '/home', device: '8:2' };
const TMPFS: FakeMount = { mountpoint: '/run', device: '0:21', type: 'tmpfs' };
const BIND: FakeMount = { mountpoint: '/srv/home', device: '8:2' };
const FAT: FakeMount = { mountpoint: '/boot/efi', device: '8:3', type: 'vfat', refuses: EOPNOTSUPP };

const BY_LEASE =
  /"GenericError", "desc": "filesystems were thawed by the agent after 600 s \(freeze-timeout\); a snapshot/;

suite('a freeze that cannot get stuck', () => {
  let place: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    place = temporaryFolder();
  });
  afterEach(() => place.remove());

  const start = (world: FrozenWorld, rest: Partial<AgentOptions> = {}): Promise<Agent> =>
    Agent.create({ platform: world.platform, paths: world.paths, statedir: place.folder, ...rest });
  const report = async (agent: Agent): Promise<QgaFreezeReport> =>
    (JSON.parse(await call(agent, request('__qga_fsfreeze-report'))) as { return: QgaFreezeReport }).return;
  const until = async (what: () => boolean): Promise<void> => {
    while (!what()) await settle();
  };
  const marker = (): string => path.join(place.folder, 'qga.state.isfrozen');

  function hook(body: string): { fsfreezeHook: string; calls: () => string } {
    const fsfreezeHook = path.join(place.folder, 'hook');
    const record = path.join(place.folder, 'calls');
    writeFileSync(fsfreezeHook, `#!/bin/sh\necho "$1" >> ${record}\n${body}\n`);
    chmodSync(fsfreezeHook, 0o700);
    return { fsfreezeHook, calls: () => (existsSync(record) ? readFileSync(record, 'utf8') : '') };
  }

  test('its lease thaws it, tells the hook, and the next thaw is told, once', async () => {
    const { fsfreezeHook, calls } = hook('');
    const world = new FrozenWorld([ROOT, HOME]);
    const agent = await start(world, { fsfreezeHook });
    await call(agent, request('guest-fsfreeze-freeze'));
    world.pass(599_000);
    await settle();
    assert.ok(agent.frozen);
    assert.equal((await report(agent))['lease-remaining'], 1);
    world.pass(1000);
    await until(() => !agent.frozen);
    assert.equal(await call(agent, request('guest-fsfreeze-status')), '{"return": "thawed"}\n');
    assert.match(await call(agent, request('guest-fsfreeze-thaw')), BY_LEASE);
    assert.equal(calls(), 'freeze\nthaw\nthaw\n');
    assert.equal((await report(agent)).last?.end, 'lease');
    assert.match(world.log.join(''), /critical: 2 filesystems were thawed by the agent after 600 s/);
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 0}\n');
    assert.deepEqual(readdirSync(place.folder).sort(), ['calls', 'hook', 'qga.state']);
  });

  test('a lease of 0 never ends', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world, { freeze: { timeout: 0 } });
    await call(agent, request('guest-fsfreeze-freeze'));
    world.pass(100_000_000);
    await settle();
    assert.ok(agent.frozen && !('lease-remaining' in (await report(agent))));
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 1}\n');
  });

  for (const refresh of [true, false]) {
    test(`asking for the status ${refresh ? 'renews the lease' : 'does not renew it unless told to'}`, async () => {
      const world = new FrozenWorld([ROOT]);
      const agent = await start(world, { freeze: { refresh } });
      await call(agent, request('guest-fsfreeze-freeze'));
      world.pass(500_000);
      await call(agent, request('guest-fsfreeze-status'));
      world.pass(200_000);
      await (refresh ? settle() : until(() => !agent.frozen));
      assert.equal(agent.frozen, refresh);
      await call(agent, request('guest-fsfreeze-thaw'));
    });
  }

  test('a list that was frozen has a lease like everything, renewed where asking for the status renews it', async () => {
    const world = new FrozenWorld([ROOT, HOME]);
    const agent = await start(world, { freeze: { refresh: true } });
    assert.equal(
      await call(agent, request('guest-fsfreeze-freeze-list', { mountpoints: ['/home'] })),
      '{"return": 1}\n',
    );
    assert.deepEqual([...world.frozen], ['8:2']);
    world.pass(500_000);
    assert.equal((await report(agent))['lease-remaining'], 100);
    await call(agent, request('guest-fsfreeze-status'));
    assert.equal((await report(agent))['lease-remaining'], 600);
    world.pass(600_000);
    await until(() => !agent.frozen);
    assert.deepEqual(world.events, ['+/home', '-/home']);
    assert.match(await call(agent, request('guest-fsfreeze-thaw')), BY_LEASE);
    assert.equal((await report(agent)).last?.end, 'lease');
  });

  test('a new freeze makes the old thaw a thing of the past', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world);
    await call(agent, request('guest-fsfreeze-freeze'));
    world.pass(600_000);
    await until(() => !agent.frozen);
    await call(agent, request('guest-fsfreeze-freeze'));
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 1}\n');
  });

  test('the next process goes on with the lease from its beginning', async () => {
    const world = new FrozenWorld([ROOT, HOME]);
    await call(await start(world), request('guest-fsfreeze-freeze'));
    const killed = readFileSync(marker(), 'utf8');
    assert.match(killed, /^\[freeze\]\nboot=[0-9a-f-]{36}\nbegan=\d+\nlease=600\nmount0=\/home\nmount1=\/\n$/);
    const began = world.platform.clock.monotonic() - 590_000;
    writeFileSync(marker(), killed.replace(/began=\d+/, `began=${Math.floor(began)}`));
    const second = await start(world);
    const { last, 'lease-remaining': remaining } = await report(second);
    assert.ok(remaining !== undefined && remaining <= 10, `lease-remaining is ${remaining}`);
    assert.deepEqual(
      last?.mounts.map(({ mountpoint, result }) => [mountpoint, result]),
      [
        ['/home', 'unknown'],
        ['/', 'unknown'],
      ],
    );
    world.pass(10_000);
    await until(() => !second.frozen);
    assert.match(await call(second, request('guest-fsfreeze-thaw')), BY_LEASE);
  });

  test('a marker of an earlier boot means nothing; an empty or forged one means frozen', async () => {
    const world = new FrozenWorld([ROOT]);
    const note = `[freeze]\nboot=${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}\nbegan=1\nlease=600\n`;
    writeFileSync(marker(), note);
    assert.ok(!(await start(world)).frozen);
    assert.ok(!existsSync(marker()));
    for (const text of ['', 'rubbish', note.replace('lease=600', 'lease=1e99'), 'x'.repeat(1_000_000)]) {
      writeFileSync(marker(), text);
      const agent = await start(world);
      assert.ok(agent.frozen, text.slice(0, 40));
      await call(agent, request('guest-fsfreeze-thaw'));
    }
  });

  test('an agent that is stopped thaws, and the next process’s thaw is told', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world);
    await call(agent, request('guest-fsfreeze-freeze'));
    await agent.stop();
    assert.equal(world.frozen.size, 0);
    const second = await start(world);
    assert.ok(!second.frozen);
    assert.match((await report(second)).unreported ?? '', /when it was told to stop/);
    assert.match(
      await call(second, request('guest-fsfreeze-thaw')),
      /GenericError.*when it was told to stop; a snapshot/,
    );
    assert.equal(await call(await start(world), request('guest-fsfreeze-thaw')), '{"return": 0}\n');
  });

  test('a filesystem that does not freeze is named, the others are thawed, and it is thawed when it comes back', async () => {
    let comeBack = (): void => undefined;
    const hangs = new Promise<void>((resolve) => (comeBack = resolve));
    const world = new FrozenWorld([ROOT, { ...HOME, hangs }, { mountpoint: '/srv', device: '8:9' }]);
    const agent = await start(world);
    const reply = call(agent, request('guest-fsfreeze-freeze'));
    await until(() => world.events.length === 1 && world.open === 2);
    world.pass(60_000);
    assert.match(await reply, /failed to freeze \/home: no end within 60 s/);
    assert.deepEqual([world.events, agent.frozen], [['+/srv', '-/srv'], false]);
    assert.match(
      await call(agent, request('guest-fsfreeze-freeze')),
      /failed to freeze \/home: an earlier call on it has not come back/,
    );
    const { last } = await report(agent);
    assert.deepEqual(
      [last?.end, last?.mounts.map(({ mountpoint, result }) => `${mountpoint} ${result}`)],
      ['failed', ['/srv frozen', '/home failed', '/ pending']],
    );
    comeBack();
    await until(() => world.open === 0);
    assert.deepEqual(world.events.slice(-2), ['+/home', '-/home']);
    assert.match(world.log.join(''), /critical: \/home was frozen after its time limit, and thawed at once/);
    assert.equal(await call(agent, request('guest-fsfreeze-freeze')), '{"return": 3}\n');
    await call(agent, request('guest-fsfreeze-thaw'));
  });

  test('an agent that is told to stop does not wait for a filesystem that hangs', async () => {
    const world = new FrozenWorld([ROOT, { ...HOME, hangs: new Promise(() => undefined) }]);
    const agent = await start(world);
    const reply = call(agent, request('guest-fsfreeze-freeze'));
    await until(() => world.open === 1 && agent.frozen);
    await agent.stop();
    assert.match(await reply, /failed to freeze \/home: the agent stops/);
    assert.match(world.log.join(''), /calls on \/home have not come back/);
  });

  test('a hook that hangs is killed with its children, quoted and logged, and hears of the thaw', async () => {
    const { fsfreezeHook, calls } = hook('test "$1" = thaw || { echo before; sleep 1000 & wait; }');
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world, { fsfreezeHook, freeze: { hookLimit: 30 } });
    const reply = call(agent, request('guest-fsfreeze-freeze'));
    await until(() => calls() === 'freeze\n');
    world.pass(30_000);
    assert.match(await reply, /failed to execute fsfreeze hook: no end after 30 s \(hook-timeout\), killed/);
    assert.equal(calls(), 'freeze\nthaw\n');
    assert.match(world.log.join(''), /error: fsfreeze hook, freeze: .*no end after 30 s/);
    const { last } = await report(agent);
    assert.deepEqual([last?.hooks.map(({ action }) => action), last?.end], [['freeze', 'thaw'], 'failed']);
  });

  test('a hook that leaves a child with its output behind holds nothing up', async () => {
    const { fsfreezeHook } = hook('sleep 5 &');
    const agent = await start(new FrozenWorld([ROOT]), { fsfreezeHook });
    assert.equal(await call(agent, request('guest-fsfreeze-freeze')), '{"return": 1}\n');
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 1}\n');
  });

  test('the report tells each mount point and why', async () => {
    const world = new FrozenWorld([ROOT, TMPFS, HOME, BIND, FAT, { mountpoint: '/srv', device: '8:9' }]);
    world.frozen.add('8:9');
    const agent = await start(world);
    assert.deepEqual(await report(agent), { status: 'thawed' });
    await call(agent, request('guest-fsfreeze-freeze-list', { mountpoints: ['/srv', '/boot/efi', '/'] }));
    const frozen = await report(agent);
    assert.equal(frozen.status, 'frozen');
    assert.deepEqual(
      frozen.last?.mounts.map(({ mountpoint, result, reason = '' }) => `${mountpoint} ${result} ${reason}`.trim()),
      [
        '/srv skipped already-frozen',
        '/boot/efi skipped not-supported',
        '/ frozen',
        '/run skipped no-block-device',
        '/home skipped not-asked',
        '/srv/home skipped same-filesystem',
      ],
    );
    assert.deepEqual(frozen.last.requested, ['/srv', '/boot/efi', '/']);
    await call(agent, request('guest-fsfreeze-thaw'));
    const { last } = await report(agent);
    assert.ok(last?.end === 'thawed' && last.ended !== undefined && last['frozen-at'] !== undefined);
  });

  test('the report has bounds', async () => {
    const many = Array.from({ length: 2500 }, (_, at) => ({ mountpoint: `/m/${at}`, device: '0:5', type: 'tmpfs' }));
    const agent = await start(new FrozenWorld([...many, ROOT]));
    await call(agent, request('guest-fsfreeze-freeze'));
    const { last } = await report(agent);
    assert.deepEqual([last?.mounts.length, last?.omitted, last?.mounts[0]?.mountpoint], [2000, 501, '/']);
    await call(agent, request('guest-fsfreeze-thaw'));
  });
});
