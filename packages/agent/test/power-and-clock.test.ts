import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { FakeSystem } from './support/fake-system.js';

const HWCLOCK = '/sbin/hwclock';
const EINVAL = 22;

let system: FakeSystem;
beforeEach(() => {
  system = new FakeSystem();
});
afterEach(() => system.remove());

suite('the clock', () => {
  test('is read to the microsecond', async () => {
    assert.equal(await system.ask('guest-get-time'), '{"return": 1700000000123456000}');
  });

  test('is set, and the hardware clock after it', async () => {
    system.programs.set(HWCLOCK, {});
    assert.equal(await system.ask('guest-set-time', { time: 1_600_000_000_000 }), '{"return": {}}');
    assert.deepEqual(system.times, [1_600_000_000_000n]);
    assert.deepEqual(system.commandLines, ['/sbin/hwclock -w']);
  });

  test('is set from the hardware clock', async () => {
    system.programs.set(HWCLOCK, {});
    assert.equal(await system.ask('guest-set-time'), '{"return": {}}');
    assert.deepEqual(system.times, []);
    assert.deepEqual(system.commandLines, ['/sbin/hwclock -s']);
  });

  test('is not set to years outside 1970 to 2069', async () => {
    for (const time of [-1_000_000_000, 3_155_760_000_000_000_000, -9_000_000_000_000_000_000]) {
      assert.equal(await system.error('guest-set-time', { time }), 'Invalid time');
    }
    assert.deepEqual([system.times, system.started], [[], []]);
  });

  test('may be set to the last second of 2069', async () => {
    system.programs.set(HWCLOCK, {});
    assert.equal(await system.ask('guest-set-time', { time: 3_155_759_999_000_000_000 }), '{"return": {}}');
  });

  test('may be refused by the kernel', async () => {
    system.clockRefuses = EINVAL;
    assert.equal(await system.error('guest-set-time', { time: 0 }), 'Failed to set time to guest: Invalid argument');
    assert.deepEqual(system.started, []);
  });

  test('is set even when there is no hwclock', async () => {
    assert.equal(
      await system.error('guest-set-time', { time: 1e18 }),
      "child process has failed to set hardware clock to system time: failed to exec '/sbin/hwclock': No such file or directory\n",
    );
    assert.deepEqual(system.times, [10n ** 18n]);
  });
});

suite('suspending', () => {
  const TOOLS = ['systemctl', 'pm-is-supported', 'pm-suspend', 'pm-hibernate', 'pm-suspend-hybrid'];
  const UNSUPPORTED = 'the requested suspend mode is not supported by the guest';

  beforeEach(() => {
    system.environment.PATH = '/none:/usr/bin';
  });

  /** Gives the guest programs that end with these statuses. */
  function install(statuses: Readonly<Record<string, number>>): void {
    for (const [name, code] of Object.entries(statuses)) system.programs.set(`/usr/bin/${name}`, { code });
  }

  test('is not supported without any tool', async () => {
    for (const mode of ['disk', 'ram', 'hybrid']) {
      assert.equal(await system.error(`guest-suspend-${mode}`), UNSUPPORTED);
    }
  });

  test('goes by pm-utils and is silent', async () => {
    install({ 'pm-is-supported': 0, 'pm-suspend': 0, 'pm-hibernate': 0, 'pm-suspend-hybrid': 0 });
    for (const mode of ['disk', 'ram', 'hybrid']) assert.equal(await system.ask(`guest-suspend-${mode}`), '');
    assert.deepEqual(system.commandLines, [
      'pm-is-supported --hibernate',
      'pm-hibernate',
      'pm-is-supported --suspend',
      'pm-suspend',
      'pm-is-supported --suspend-hybrid',
      'pm-suspend-hybrid',
    ]);
    assert.ok(system.started.every(({ session, stdout, stdin }) => !session && stdout === 'null' && stdin === 'null'));
  });

  test('fails when systemd knows the unit and cannot do it, and says so', async () => {
    install({ systemctl: 3 });
    assert.equal(await system.error('guest-suspend-ram'), "suspend: 'systemctl suspend' failed with exit status 3");
    assert.deepEqual(system.commandLines, ['systemctl status systemd-suspend', 'systemctl suspend']);
  });

  test('does not go by systemd when the unit is unknown or running', async () => {
    for (const status of [0, 4]) {
      install({ systemctl: status });
      assert.equal(await system.error('guest-suspend-disk'), UNSUPPORTED);
    }
  });

  test('goes on to the kernel when the tools fail', async () => {
    install(Object.fromEntries(TOOLS.map((tool) => [tool, 1])));
    system.write('state', 'freeze mem disk\n');
    assert.equal(await system.ask('guest-suspend-ram'), '');
    // the write goes to the beginning of what is a file here
    assert.equal(readFileSync(system.paths.powerState, 'latin1'), 'memeze mem disk\n');
    assert.equal(await system.ask('guest-suspend-disk'), '');
    assert.match(await system.error('guest-suspend-hybrid'), /^suspend: 'systemctl hybrid-sleep' failed/);
  });
});

suite('passwords', () => {
  const args = (password: string, more: object = {}): Record<string, unknown> => ({
    username: 'ann',
    password: Buffer.from(password, 'latin1').toString('base64'),
    crypted: false,
    ...more,
  });

  beforeEach(() => {
    system.environment.PATH = '/fake';
    system.programs.set('/fake/chpasswd', {});
  });

  test('go to chpasswd', async () => {
    for (const more of [{}, { crypted: true }, { username: 'bö' }]) {
      assert.equal(await system.ask('guest-set-user-password', args('p:w\xff', more)), '{"return": {}}');
    }
    assert.equal(await system.ask('guest-set-user-password', args('short\0long\n')), '{"return": {}}');
    assert.equal(await system.ask('guest-set-user-password', args('')), '{"return": {}}');
    assert.deepEqual(system.commandLines, [
      'chpasswd < "ann:p:w\xff\\n"',
      'chpasswd -e < "ann:p:w\xff\\n"',
      'chpasswd < "b\xc3\xb6:p:w\xff\\n"',
      'chpasswd < "ann:short\\n"',
      'chpasswd < "ann:\\n"',
    ]);
  });

  test('cannot smuggle a second line in', async () => {
    const error = (extra: Record<string, unknown>): Promise<string> => system.error('guest-set-user-password', extra);
    assert.equal(await error(args('a\nroot:x', { username: 'a:b' })), 'forbidden characters in raw password');
    assert.equal(await error(args('a', { username: 'a:b' })), 'forbidden characters in username');
    assert.equal(await error(args('a', { username: 'a\nb' })), 'forbidden characters in username');
    assert.equal(await error({ ...args('a'), password: '!' }), 'Base64 data contains invalid characters');
    assert.deepEqual(system.started, []);
  });

  test('may be refused by chpasswd, in its words', async () => {
    system.programs.set('/fake/chpasswd', { code: 1, output: 'chpasswd: no such user\n' });
    const failed = 'child process has failed to set user password';
    assert.equal(await system.error('guest-set-user-password', args('a')), `${failed}: chpasswd: no such user\n`);
    system.programs.clear();
    const missing = "failed to exec 'chpasswd': No such file or directory\n";
    assert.equal(await system.error('guest-set-user-password', args('a')), `${failed}: ${missing}`);
  });
});
