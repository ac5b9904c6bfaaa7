import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Agent } from '../dist/agent.js';
import { EOPNOTSUPP } from '../dist/linux/constants.js';
import { temporaryFolder } from './support/agent-process.js';
import { FrozenWorld, type FakeMount } from './support/frozen-world.js';
import { call, request } from './support/memory-client.js';

const EIO = 5;
const EACCES = 13;
const ROOT: FakeMount = { mountpoint: '/', device: '8:1' };
const HOME: FakeMount = { mountpoint: '/home', device: '8:2' };
const LOOP: FakeMount = { mountpoint: '/home/loop', device: '7:0' };
const TMPFS: FakeMount = { mountpoint: '/run', device: '0:21', type: 'tmpfs' };
const BIND: FakeMount = { mountpoint: '/srv/home', device: '8:2' };
const FAT: FakeMount = { mountpoint: '/boot/efi', device: '8:3', refuses: EOPNOTSUPP };

suite('freeze and thaw', () => {
  let place: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    place = temporaryFolder();
  });
  afterEach(() => place.remove());

  const marker = (): string => path.join(place.folder, 'qga.state.isfrozen');
  const start = (world: FrozenWorld, fsfreezeHook?: string): Promise<Agent> =>
    Agent.create({
      platform: world.platform,
      paths: world.paths,
      statedir: place.folder,
      verbose: true,
      ...(fsfreezeHook === undefined ? {} : { fsfreezeHook }),
    });

  /** A hook that writes down how it was called; told to fail, it does. */
  function hook(fails = ''): { program: string; calls: () => string } {
    const program = path.join(place.folder, 'hook');
    const record = path.join(place.folder, 'calls');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$1" >> ${record}\ntest "$1" != "${fails}" || { echo out; echo err >&2; exit 3; }\n`,
    );
    chmodSync(program, 0o700);
    return { program, calls: () => (existsSync(record) ? readFileSync(record, 'utf8') : '') };
  }

  test('the last mounted is frozen first, each filesystem once, and thawed the same way', async () => {
    const world = new FrozenWorld([ROOT, TMPFS, HOME, BIND, FAT, LOOP]);
    const agent = await start(world);
    assert.equal(await call(agent, request('guest-fsfreeze-freeze')), '{"return": 3}\n');
    assert.deepEqual(world.events, ['+/home/loop', '+/home', '+/']);
    assert.equal(await call(agent, request('guest-fsfreeze-status')), '{"return": "frozen"}\n');
    assert.ok(existsSync(marker()));
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 3}\n');
    assert.deepEqual(world.events.slice(3), ['-/', '-/home', '-/home/loop']);
    assert.equal(await call(agent, request('guest-fsfreeze-status')), '{"return": "thawed"}\n');
    assert.ok(!existsSync(marker()));
    assert.equal(world.open, 0);
  });

  test('only what the list names', async () => {
    const world = new FrozenWorld([ROOT, HOME, LOOP]);
    const agent = await start(world);
    const list = { mountpoints: ['/home', '/nowhere', '/home'] };
    assert.equal(await call(agent, request('guest-fsfreeze-freeze-list', list)), '{"return": 1}\n');
    assert.deepEqual(world.events, ['+/home']);
    await call(agent, request('guest-fsfreeze-thaw'));
  });

  test('while frozen only QEMU’s six commands and the report work, whatever the lists say', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await Agent.create({
      platform: world.platform,
      paths: world.paths,
      statedir: place.folder,
      block: ['guest-ping'],
    });
    const disabled = (name: string): string =>
      `{"error": {"class": "CommandNotFound", "desc": "Command ${name} has been disabled: the command is not allowed"}}\n`;
    assert.equal(await call(agent, request('guest-ping')), disabled('guest-ping'));
    await call(agent, request('guest-fsfreeze-freeze'));
    assert.equal(await call(agent, request('guest-ping')), '{"return": {}}\n');
    for (const name of ['guest-fsfreeze-freeze', 'guest-file-flush', 'guest-shutdown']) {
      assert.equal(await call(agent, request(name)), disabled(name));
    }
    const info = JSON.parse(await call(agent, request('guest-info'))) as {
      return: { supported_commands: { name: string; enabled: boolean }[] };
    };
    const enabled = info.return.supported_commands.filter((command) => command.enabled).map(({ name }) => name);
    assert.deepEqual(enabled.sort(), [
      '__qga_fsfreeze-report',
      'guest-fsfreeze-status',
      'guest-fsfreeze-thaw',
      'guest-info',
      'guest-ping',
      'guest-sync',
      'guest-sync-delimited',
    ]);
    await call(agent, request('guest-fsfreeze-thaw'));
  });

  test('a filesystem that fails undoes the others', async () => {
    const world = new FrozenWorld([ROOT, { ...HOME, refuses: EIO }, LOOP]);
    const agent = await start(world);
    assert.equal(
      await call(agent, request('guest-fsfreeze-freeze')),
      '{"error": {"class": "GenericError", "desc": "failed to freeze /home: Input/output error"}}\n',
    );
    assert.deepEqual(world.events, ['+/home/loop', '-/home/loop']);
    assert.ok(!agent.frozen && world.open === 0);
  });

  test('a mount point that cannot be opened is named', async () => {
    const world = new FrozenWorld([ROOT, { ...HOME, closed: EACCES }]);
    const agent = await start(world);
    assert.match(await call(agent, request('guest-fsfreeze-freeze')), /failed to open \/home: Permission denied/);
    assert.ok(!agent.frozen);
  });

  test('a mount covered by another one meanwhile is thawed all the same', async () => {
    const world = new FrozenWorld([ROOT, HOME]);
    const agent = await start(world);
    await call(agent, request('guest-fsfreeze-freeze'));
    world.mounts = [ROOT, { mountpoint: '/home', device: '9:9' }];
    assert.equal(await call(agent, request('guest-fsfreeze-thaw')), '{"return": 2}\n');
    assert.equal(world.frozen.size, 0);
  });

  test('the hook runs before the freeze and after the thaw', async () => {
    const { program, calls } = hook();
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world, program);
    await call(agent, request('guest-fsfreeze-freeze'));
    assert.equal(calls(), 'freeze\n');
    await call(agent, request('guest-fsfreeze-thaw'));
    assert.equal(calls(), 'freeze\nthaw\n');
  });

  test('a hook that fails prevents the freeze, is quoted, and hears of the thaw', async () => {
    const { program, calls } = hook('freeze');
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world, program);
    assert.equal(
      await call(agent, request('guest-fsfreeze-freeze')),
      '{"error": {"class": "GenericError", "desc": "child process has failed to execute fsfreeze hook: out\\nerr\\n"}}\n',
    );
    assert.deepEqual([world.events, calls(), agent.frozen], [[], 'freeze\nthaw\n', false]);
  });

  test('where nothing was frozen the hook hears of the thaw at once', async () => {
    const { program, calls } = hook();
    const agent = await start(new FrozenWorld([FAT]), program);
    assert.equal(await call(agent, request('guest-fsfreeze-freeze')), '{"return": 0}\n');
    assert.equal(calls(), 'freeze\nthaw\n');
    assert.ok(!agent.frozen);
  });

  test('where the mounts cannot be listed the hook hears of the thaw too', async () => {
    const { program, calls } = hook();
    const world = new FrozenWorld([ROOT]);
    world.unreadable = true;
    const agent = await start(world, program);
    assert.match(await call(agent, request('guest-fsfreeze-freeze')), /failed to open mtab file/);
    assert.equal(calls(), 'freeze\nthaw\n');
    assert.ok(!agent.frozen);
  });

  test('a missing hook is told as the system tells it', async () => {
    const agent = await start(new FrozenWorld([ROOT]), '/nonexistent/hook');
    assert.match(
      await call(agent, request('guest-fsfreeze-freeze')),
      /failed to execute fsfreeze hook: failed to exec '\/nonexistent\/hook': No such file or directory\\n/,
    );
  });

  test('an agent that finds the marker knows that it is frozen, and thaws', async () => {
    const world = new FrozenWorld([ROOT, HOME]);
    await call(await start(world), request('guest-fsfreeze-freeze'));
    const second = await start(world);
    assert.match(world.log.join(''), /previous instance appears to have exited with frozen filesystems/);
    assert.equal(await call(second, request('guest-fsfreeze-status')), '{"return": "frozen"}\n');
    assert.equal(await call(second, request('guest-fsfreeze-thaw')), '{"return": 2}\n');
    assert.equal(world.frozen.size, 0);
  });

  test('an agent that is stopped thaws', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world);
    await call(agent, request('guest-fsfreeze-freeze'));
    await agent.stop();
    assert.equal(world.frozen.size, 0);
    assert.ok(!existsSync(marker()));
  });

  test('nothing is logged while frozen, everything after', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world);
    await call(agent, request('guest-fsfreeze-freeze'));
    const before = [world.log.length, world.syslog.length];
    agent.log.write('warning', 'said while frozen');
    await call(agent, request('guest-ping'));
    assert.deepEqual([world.log.length, world.syslog.length], before);
    await call(agent, request('guest-fsfreeze-thaw'));
    assert.match(world.log.join(''), /warning: said while frozen/);
    assert.match(world.syslog.join('\n'), /guest-ping called\n.*guest-fsthaw called/s);
  });

  test('of two freezes at once the second is refused', async () => {
    const world = new FrozenWorld([ROOT]);
    const agent = await start(world);
    const replies = await Promise.all([
      call(agent, request('guest-fsfreeze-freeze')),
      call(agent, request('guest-fsfreeze-freeze')),
    ]);
    assert.equal(replies[0], '{"return": 1}\n');
    assert.match(replies[1], /CommandNotFound/);
    assert.deepEqual(world.events, ['+/']);
    await call(agent, request('guest-fsfreeze-thaw'));
  });
});
