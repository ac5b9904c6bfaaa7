import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dumpSettings, helpText, parseCommandLine, parseConfig, UsageError } from '../dist/core/command-line.js';
import { parseKeyFile } from '../dist/core/key-file.js';
import { emptySettings, withDefaults, type Settings } from '../dist/core/settings.js';
import { OPTIONS } from '../dist/core/options.js';
import { OWN_OPTIONS } from '../dist/core/own-options.js';
import { linuxPaths } from '../dist/linux/paths.js';

function settings(...argv: string[]): Settings {
  const result = emptySettings();
  parseCommandLine(argv, linuxPaths).apply(result);
  return result;
}

suite('command line', () => {
  test('short, long, glued, bundled and abbreviated options', () => {
    for (const argv of [
      ['-m', 'unix-listen', '-p', '/s', '-v', '-d'],
      ['-munix-listen', '-p/s', '-vd'],
      ['--method=unix-listen', '--path', '/s', '--verbose', '--daemon'],
      ['--meth=isa-serial', 'ignored', '--meth=unix-listen', '--pa=/s', '-dv', '--', '-r'],
    ]) {
      const { method, path, verbose, daemon, retryPath } = settings(...argv);
      assert.deepEqual(
        [method, path, verbose, daemon, retryPath],
        ['unix-listen', '/s', true, true, false],
        argv.join(' '),
      );
    }
  });

  test('the hook’s path must be glued', () => {
    assert.equal(settings('-F').fsfreezeHook, '/etc/qemu/fsfreeze-hook');
    assert.equal(settings('-F', '/x').fsfreezeHook, '/etc/qemu/fsfreeze-hook');
    assert.equal(settings('-F/x').fsfreezeHook, '/x');
    assert.equal(settings('--fsfreeze-hook=/x').fsfreezeHook, '/x');
    assert.equal(settings().fsfreezeHook, undefined);
  });

  test('lists accumulate; an empty one is none', () => {
    assert.deepEqual(settings('-b', 'a,b', '-b', 'c').blockRpcs, ['b', 'a', 'c']);
    assert.deepEqual(settings('-a', '').allowRpcs, []);
  });

  const wrong: Readonly<Record<string, RegExp>> = {
    '-x': /invalid option -- 'x'/,
    '-vx': /invalid option -- 'x'/,
    '--foo': /unrecognized option '--foo'/,
    '--p': /option '--p' is ambiguous; possibilities: '--path' '--pidfile'/,
    '-p': /option requires an argument -- 'p'/,
    '--path': /option '--path' requires an argument/,
    '--verbose=1': /option '--verbose' doesn't allow an argument/,
  };
  for (const [argument, message] of Object.entries(wrong)) {
    test(`${argument} is refused by name`, () => {
      assert.throws(() => settings(argument), { name: UsageError.name, message });
    });
  }

  test('an abbreviation that QEMU’s agent knows means the same beside options of ours', () => {
    assert.equal(settings('--m=isa-serial').method, 'isa-serial');
    assert.equal(settings('--f=/hook').fsfreezeHook, '/hook');
    assert.equal(settings('--max-c=2').maxClients, 2);
    assert.throws(
      () => settings('--max=2'),
      /option '--max' is ambiguous; possibilities: '--max-clients' '--max-unsent'/,
    );
  });

  test('every option stands in the help once', () => {
    const help = helpText('test');
    for (const { argument, short, long } of OPTIONS) {
      const end = { none: '', required: ' ', glued: '[=' }[argument];
      const name = short === undefined ? `      --${long}${end}` : `-${short}, --${long}`;
      assert.equal(help.split(name).length, 2, long);
    }
    assert.ok(help.split('\n').every((line) => line.length <= 100));
  });
});

suite('times', () => {
  const paths = linuxPaths;
  const settingsOf = (...argv: string[]): Settings => {
    const settings = emptySettings();
    parseCommandLine(argv, paths).apply(settings);
    return settings;
  };

  test('are whole seconds in a range, on the command line and in the file', () => {
    assert.equal(settingsOf('--freeze-timeout=0').freezeTimeout, 0);
    assert.equal(settingsOf('--freeze-timeout', '90').freezeTimeout, 90);
    assert.equal(parseConfig('[general]\nhook-timeout=7\nfreeze-lease-refresh=true\n', 'f').hookTimeout, 7);
    for (const bad of ['', '-1', '1.5', '1e3', '86401', 'ten', '99999999999']) {
      assert.throws(() => settingsOf(`--freeze-timeout=${bad}`), /'--freeze-timeout': a number from 0 to 86400/);
      assert.throws(() => parseConfig(`[general]\nfreeze-timeout=${bad}\n`, 'f'), /key 'freeze-timeout': a number/);
    }
    assert.throws(() => settingsOf('--freeze-limit=0'), /a number from 1/);
  });

  test('take the ends of the range that they name, and nothing beyond', () => {
    for (const { long, effect } of OWN_OPTIONS) {
      if (effect.kind !== 'number') continue;
      for (const end of [effect.least, effect.most]) assert.equal(settingsOf(`--${long}=${end}`)[effect.setting], end);
      assert.throws(() => settingsOf(`--${long}=${effect.most + 1}`), new RegExp(`to ${effect.most} is needed`));
    }
  });

  test('stand in the dump when they were set', () => {
    const dump = dumpSettings(settingsOf('--freeze-timeout=5', '--freeze-lease-refresh'));
    assert.match(dump, /freeze-timeout=5\nfreeze-lease-refresh=true\n$/);
  });
});

suite('configuration file', () => {
  test('is read, and the dump reads the same', () => {
    const text = `# comment
[general]
daemon=1
method = isa-serial
path=  /dev/tty\\sS0
verbose=true
block-rpcs=guest-ping,guest-exec
unknown=x
[other]
verbose=maybe
`;
    const read = parseConfig(text, 'f');
    assert.deepEqual(read, {
      ...emptySettings(),
      daemon: true,
      method: 'isa-serial',
      path: '/dev/tty S0',
      verbose: true,
      blockRpcs: ['guest-exec', 'guest-ping'],
    });
    const dumped = parseConfig(dumpSettings(read), 'dump');
    assert.deepEqual({ ...dumped, blockRpcs: dumped.blockRpcs.toReversed() }, read);
  });

  test('the dump has QEMU’s lines and order', () => {
    assert.equal(
      dumpSettings(withDefaults(settings('-b', 'a,b', '-b', 'c', '-l', '/log', '-F'), linuxPaths)),
      `[general]
daemon=false
method=virtio-serial
path=/dev/virtio-ports/org.qemu.guest_agent.0
logfile=/log
pidfile=/var/run/qemu-ga.pid
fsfreeze-hook=/etc/qemu/fsfreeze-hook
statedir=/var/run
verbose=false
retry-path=false
block-rpcs=b,a,c
allow-rpcs=
`,
    );
  });

  const wrong: Readonly<Record<string, RegExp>> = {
    'path=/x': /from path: f, line 1: the file must begin with a group/,
    '[general]\nrubbish': /from path: f, line 2: not a group/,
    '[general]\nverbose=yes': /key 'verbose' must be true or false, not 'yes'/,
    '[general]\ndaemon=': /key 'daemon' must be true or false/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseConfig(text, 'f'), { name: UsageError.name, message });
    });
  }

  test('of a key given twice the last one counts, groups may be reopened', () => {
    const file = parseKeyFile('[a]\nx=1\nx=2\n[b]\n[a]\ny=3\n');
    assert.deepEqual(Object.fromEntries(file.get('a') ?? []), { x: '2', y: '3' });
  });
});
