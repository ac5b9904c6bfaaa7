import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { disconnect, FakeGuest, flood, garbage, refuse, silence, type Script } from '@qga/client/testing';
import { qga, scratchFolder, startQga } from './run-qga.js';

// verbs that change a guest meet only fake ones

const folder = scratchFolder();
const MIB = 1024 * 1024;
let count = 0;

async function fakeGuest(
  t: TestContext,
  script: Script = {},
): Promise<{ readonly fake: FakeGuest; readonly socket: string }> {
  const fake = new FakeGuest(script);
  const socket = join(folder, `fake-${String((count += 1))}`);
  await fake.listen(socket);
  t.after(() => fake.close());
  return { fake, socket };
}

/** Bytes that a process had in memory at its worst; 0 when it has ended. */
function peakMemory(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; wait < 400 && !condition(); wait += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(condition());
}

for (const [verb, mode] of [
  ['shutdown', 'powerdown'],
  ['reboot', 'reboot'],
  ['halt', 'halt'],
] as const) {
  await test(`${verb} asks for ${mode}`, async (t) => {
    const asked: unknown[] = [];
    const { socket } = await fakeGuest(t, {
      'guest-shutdown': (args) => {
        asked.push(args.mode);
        return {};
      },
    });
    const { code, out } = await qga(['-s', socket, verb]);
    assert.deepEqual([code, asked], [0, [mode]]);
    assert.match(out, /^is asked to/);
  });
}

await test('passwd sends what is on standard input, and never takes it from the command line', async (t) => {
  let sent: unknown;
  const { socket } = await fakeGuest(t, {
    'guest-set-user-password': ({ username, password, crypted }) => {
      sent = [username, Buffer.from(password).toString(), crypted];
      return {};
    },
  });
  const { code, out } = await qga(['-s', socket, 'passwd', 'root'], {}, 'secret\n');
  assert.deepEqual([code, out, sent], [0, 'the password of root is set\n', ['root', 'secret', false]]);
  assert.equal((await qga(['-s', socket, 'passwd', 'root', 'secret'])).code, 2);
  assert.equal((await qga(['-s', socket, 'passwd', 'root'])).code, 2);
});

await test('ssh-key adds from a file, lists, and removes by comment', async (t) => {
  let keys: string[] = [];
  const { socket } = await fakeGuest(t, {
    'guest-ssh-get-authorized-keys': () => ({ keys }),
    'guest-ssh-add-authorized-keys': (args) => {
      keys = [...keys, ...args.keys];
      return {};
    },
    'guest-ssh-remove-authorized-keys': (args) => {
      keys = keys.filter((key) => !args.keys.includes(key));
      return {};
    },
  });
  const file = join(folder, 'keys');
  writeFileSync(file, 'ssh-ed25519 AAAA me@here\n# no key\n\nssh-rsa BBBB you@there\n');
  assert.match((await qga(['-s', socket, 'ssh-key', 'add', 'root', `@${file}`])).out, /ssh-rsa +BBBB +you@there/);
  const { out } = await qga(['-s', socket, 'ssh-key', 'rm', 'root', 'me@here', '--json']);
  assert.deepEqual(JSON.parse(out), { keys: ['ssh-rsa BBBB you@there'] });
  assert.equal((await qga(['-s', socket, 'ssh-key', 'steal', 'root'])).code, 2);
});

await test("time --set sends this machine's time", async (t) => {
  let time: bigint | undefined;
  const { socket } = await fakeGuest(t, {
    'guest-set-time': (args) => {
      time = args.time;
      return {};
    },
    'guest-get-time': () => time ?? 0n,
  });
  assert.equal((await qga(['-s', socket, 'time', '--set'])).code, 0);
  assert.ok(Math.abs(Number((time ?? 0n) / 1_000_000n) - Date.now()) < 20_000);
});

await test('freeze stays, or is held for a time; thaw thaws', async (t) => {
  const { fake, socket } = await fakeGuest(t);
  assert.match((await qga(['-s', socket, 'freeze'])).out, /2 filesystems frozen, and so they stay until qga thaw/);
  assert.ok(fake.frozen);
  const blocked = await qga(['-s', socket, 'os']);
  assert.equal(blocked.code, 1);
  assert.match(blocked.error, /thaw first: qga thaw/);
  assert.match((await qga(['-s', socket, 'doctor'])).out, /BAD +freeze/);
  assert.equal((await qga(['-s', socket, 'thaw'])).out, 'thawed 2\n');
  assert.match((await qga(['-s', socket, 'freeze', '--hold', '0.2', '/'])).out, /1 filesystem frozen for .*, thawed/);
  assert.ok(!fake.frozen);
});

await test("status tells the agent's report of a freeze, where the agent has one", async (t) => {
  const supported = [{ name: '__qga_fsfreeze-report', enabled: true, 'success-response': true }];
  const began = Date.UTC(2026, 0, 2, 3, 4, 5);
  const root = { mountpoint: '/', type: 'ext4', result: 'frozen', milliseconds: 12 } as const;
  const proc = { mountpoint: '/proc', type: 'proc', result: 'skipped', reason: 'no-block-device' } as const;
  const last = { began, mounts: [root, proc], omitted: 1, hooks: [] };
  const { fake, socket } = await fakeGuest(t, {
    'guest-info': { version: '1', supported_commands: supported },
    '__qga_fsfreeze-report': { status: 'frozen', 'lease-remaining': 125, last },
  });
  const status = async (...more: string[]): Promise<string> =>
    (await qga(['-s', socket, 'status', ...more], { TZ: 'UTC' })).out;
  const mounts =
    'MOUNTED ON  TYPE  FREEZE   TOOK  ERROR\n' +
    '/           ext4  frozen  12 ms\n' +
    '2 other mount points were left alone; --json lists them\n';
  const since = 'frozen since 2026-01-02 03:04:05; ';
  assert.equal(await status(), `${mounts}${since}the agent thaws by itself in 2 min 5 s\n`);
  assert.deepEqual(JSON.parse(await status('--json')), {
    status: 'frozen',
    report: { status: 'frozen', 'lease-remaining': 125, last },
  });
  fake.on({ '__qga_fsfreeze-report': { status: 'frozen', last } });
  assert.equal(await status(), `${mounts}${since}and so it stays until qga thaw\n`);
  const over = { ...last, ended: began + 2500, end: 'lease' } as const;
  fake.on({ '__qga_fsfreeze-report': { status: 'thawed', unreported: 'too late', last: over } });
  const how = 'its time was over; a snapshot taken after that is not consistent';
  const thawed = `thawed; the last freeze began 2026-01-02 03:04:05 and lasted 2.5 s: ${how}`;
  assert.equal(await status(), `${mounts}${thawed}\nthe next thaw will fail with: too late\n`);
  fake.on({ '__qga_fsfreeze-report': { status: 'thawed' } });
  assert.equal(await status(), 'thawed\n');
});

await test('Ctrl-C thaws a freeze that is held', async (t) => {
  const { fake, socket } = await fakeGuest(t);
  const { child, code } = startQga(['-s', socket, 'freeze', '--hold', '60']);
  await until(() => fake.frozen);
  child.kill('SIGINT');
  await code;
  assert.ok(!fake.frozen);
});

await test('snapshot runs the command while frozen, passes its exit code on, and always thaws', async (t) => {
  const { fake, socket } = await fakeGuest(t);
  const run = await qga(['-s', socket, 'snapshot', '--', 'sh', '-c', 'echo copying; exit 7']);
  assert.deepEqual([run.code, run.out, fake.frozen], [7, 'copying\n', false]);
  assert.match(run.error, /2 filesystems were frozen for/);
  const missing = await qga(['-s', socket, 'snapshot', '/nowhere/program']);
  assert.deepEqual([missing.code, fake.frozen], [2, false]);
  const late = await qga(['-s', socket, 'snapshot', '--ttl', '0.5', '--', 'sleep', '4']);
  assert.deepEqual([late.code, fake.frozen], [5, false]);
  assert.deepEqual(
    fake.commands.filter((name) => name.includes('fsfreeze-freeze')).length,
    fake.commands.filter((name) => name.includes('fsfreeze-thaw')).length,
  );
});

await test('Ctrl-C and a polite kill thaw a snapshot and end its command', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { fake, socket } = await fakeGuest(t);
    const { child, code } = startQga(['-s', socket, 'snapshot', '--', 'sleep', '60']);
    await until(() => fake.frozen);
    child.kill(signal);
    assert.equal(await code, 130);
    assert.ok(!fake.frozen);
  }
});

await test('after a kill -9 of a snapshot the guest stays frozen, doctor says so, and thaw brings it back', async (t) => {
  const { fake, socket } = await fakeGuest(t);
  const { child, code } = startQga(['-s', socket, 'snapshot', '--', 'sleep', '2']);
  await until(() => fake.frozen);
  child.kill('SIGKILL');
  await code;
  assert.match((await qga(['-s', socket, 'doctor'])).out, /BAD +freeze/);
  assert.ok(fake.frozen);
  assert.equal((await qga(['-s', socket, 'thaw'])).out, 'thawed 2\n');
  assert.ok(!fake.frozen);
});

await test('each kind of hostile guest has its own words and exit code', async (t) => {
  for (const [fault, expected, words] of [
    [silence(), 4, /no answer within 1 s; whether it ran is unknown/],
    [garbage(), 5, /makes no sense|out of step/],
    [garbage('{"return": {"host-name": 7}}\n'), 5, /makes no sense: Invalid parameter type/],
    [disconnect('{"return": {"host-'), 5, /is lost/],
    [flood('x', 100 * MIB), 5, /makes no sense/],
    [flood('{"return": {}}\n', 100 * MIB), 5, /makes no sense/],
  ] as const) {
    const { socket } = await fakeGuest(t, { 'guest-get-host-name': fault });
    const { code, error } = await qga(['-s', socket, '--timeout', '1', 'guest-get-host-name']);
    assert.equal(code, expected, error);
    assert.match(error, words);
    assert.match(error, /^qga: [^\n]+\n$/);
  }
});

await test('a flood for ever, or a line that never ends, is over with its error and takes no more memory than a small one', async (t) => {
  for (const pattern of ['{"return": {}}\n', 'x', '{"return": "' + 'y'.repeat(64 * 1024)]) {
    const { socket } = await fakeGuest(t, { 'guest-get-host-name': flood(pattern, Infinity) });
    const { child, code } = startQga(['-s', socket, '--timeout', '2', 'guest-get-host-name']);
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakMemory(child.pid ?? 0))), 5);
    assert.equal(await code, 5, pattern.slice(0, 20));
    clearInterval(watch);
    assert.ok(peak > 30 * MIB && peak < 450 * MIB, `${peak} bytes`);
  }
});

await test('several guests: a line each, those that fail say why, the exit code tells', async (t) => {
  const one = await fakeGuest(t, { 'guest-get-host-name': { 'host-name': 'one' }, 'guest-get-osinfo': { id: 'x' } });
  const two = await fakeGuest(t, { 'guest-get-osinfo': refuse('no idea') });
  const config = join(folder, 'config.json');
  const guests = { 'web-1': one.socket, 'web-2': two.socket, db: join(folder, 'nothing') };
  writeFileSync(config, JSON.stringify({ guests, default: 'web-1' }));
  const run = (...argv: string[]): ReturnType<typeof qga> => qga(argv, { QGA_CONFIG: config });
  const ping = await run('-g', 'web-*', 'ping');
  assert.equal(ping.code, 0);
  assert.match(ping.out, /^web-1: the agent answers.*\nweb-2: the agent answers.*\n$/);
  const mixed = await run('-g', 'web-1,web-2,db', 'os', '--json', '--jobs', '2');
  assert.equal(mixed.code, 6);
  const lines = mixed.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { guest: string; error?: { kind: string } });
  assert.deepEqual(
    lines.map(({ guest, error }) => [guest, error?.kind]),
    [
      ['web-1', undefined],
      ['web-2', 'CommandError'],
      ['db', 'ConnectError'],
    ],
  );
  assert.match(mixed.error, /^qga: web-2: guest-get-osinfo: no idea.*\nqga: db: cannot connect/);
  assert.equal((await run('ping')).code, 0);
  assert.equal((await run('-g', 'db', 'ping')).code, 3);
  assert.match((await run('-g', 'web1', 'ping')).error, /no guest is called 'web1'; did you mean web-1 or web-2\?/);
  const listed = JSON.parse((await run('ls', '--json')).out) as { name: string; state: string }[];
  assert.deepEqual(
    listed.slice(0, 3).map(({ name, state }) => [name, state]),
    [
      ['web-1', 'up'],
      ['web-2', 'up'],
      ['db', 'down'],
    ],
  );
});

await test('a guest that is silent costs its time limit, not more', async (t) => {
  const { socket } = await fakeGuest(t, { 'guest-sync-delimited': silence() });
  const start = performance.now();
  const { code, error } = await qga(['-s', socket, '--timeout', '0.3', 'ping']);
  assert.equal(code, 3);
  assert.match(error, /qga doctor says more\n$/);
  assert.ok(performance.now() - start < 5000);
  assert.equal((await qga(['-s', socket, '--timeout', '0.3', 'doctor'])).code, 1);
  assert.equal((await qga(['-s', socket, 'wait', '--for', '0.3'])).code, 3);
});
