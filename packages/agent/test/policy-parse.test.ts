import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commands } from '../dist/commands/index.js';
import { readKeyLines } from '../dist/core/key-file.js';
import { explainPolicy } from '../dist/policy/explain.js';
import { parsePolicy, POLICY_LIMITS, PolicyError } from '../dist/policy/parse.js';
import { PROFILE_COMMANDS } from '../dist/policy/profiles.js';
import { PROFILES, type PolicyRules } from '../dist/policy/rules.js';

function parse(...lines: readonly string[]): PolicyRules {
  return parsePolicy(readKeyLines(['[general]', 'verbose=true', '[policy]', ...lines].join('\n')));
}

function explain(...lines: readonly string[]): Map<string, string> {
  const text = explainPolicy(parse(...lines), { allow: [], block: ['guest-ping'] }, Object.keys(commands));
  return new Map(text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+\s+/, '')]));
}

function refuses(expected: RegExp, ...lines: readonly string[]): void {
  assert.throws(
    () => parse(...lines),
    (error) => error instanceof PolicyError && expected.test(error.message),
  );
}

suite('a policy', () => {
  test('is read with its exceptions, escapes and empty items', () => {
    const rules = parse('file-read=/var/log/**; !/var/log/private/** ;;/srv/a\\;b;', 'exec=/bin/echo hello\\sworld **');
    assert.deepEqual(
      rules.fileRead?.permits.map(({ text }) => text),
      ['/var/log/**', '/srv/a;b'],
    );
    assert.deepEqual(
      rules.fileRead.excepts.map(({ text }) => text),
      ['/var/log/private/**'],
    );
    assert.equal(rules.exec?.permits[0]?.args.length, 1);
    assert.equal(rules.exec.permits[0].open, true);
    assert.equal(rules.freeze, undefined);
    assert.equal(rules.profile, 'full');
  });

  test('that is not understood is refused, with the line', () => {
    refuses(/^line 4: no such rule: 'file-reed'/, 'file-reed=/x');
    refuses(/^line 5: 'freeze' is in line 4 already$/, 'freeze=/a', 'freeze=/b');
    refuses(/^line 4: no such profile: 'all'/, 'profile=all');
    refuses(/^line 4: 'dry-run' must be true or false, not 'perhaps'$/, 'dry-run=perhaps');
    refuses(/^line 4: file-read: 'var\/log': a path must begin with a slash$/, 'file-read=var/log');
    refuses(/^line 4: file-read: '!\/a\/\.\.\/b': a path must not have/, 'file-read=!/a/../b');
    refuses(/^line 4: file-read: '\/a\/\/b'/, 'file-read=/a//b');
    refuses(/^line 4: file-read: '\/a\/\.': a path/, 'file-read=/a/.');
    refuses(/^line 4: exec: 'sh -c x': a path must begin with a slash$/, 'exec=sh -c x');
    refuses(/^line 4: freeze: .*: too long$/, `freeze=/${'x'.repeat(POLICY_LIMITS.patternLength)}`);
    refuses(
      /^the policy has 257 patterns, more than 256$/,
      `freeze=${'/x;'.repeat(200)}`,
      `ssh-users=${'u;'.repeat(57)}`,
    );
    refuses(/^line 5: 'file-write' contradicts profile=read-only$/, 'profile=read-only', 'file-write=/tmp/x');
  });

  test('is explained for every command', () => {
    const words = explain(
      'file-read=/var/log/**;!/var/log/private',
      'file-write=',
      'exec=/usr/bin/uptime',
      'password-users=!root',
    );
    assert.equal(words.get('guest-ping'), 'denied: block-rpcs names it');
    assert.equal(words.get('guest-sync'), 'allowed');
    assert.equal(
      words.get('guest-file-open'),
      'allowed with conditions: reading: only /var/log/** except /var/log/private; writing: none',
    );
    assert.equal(words.get('guest-file-write'), 'denied: file-write permits nothing');
    assert.equal(words.get('guest-exec'), 'allowed with conditions: programs: only /usr/bin/uptime; variables: none');
    assert.equal(words.get('guest-set-user-password'), 'allowed with conditions: users: all except root');
    for (const command of Object.keys(commands)) assert.ok(words.has(command), command);
  });

  test('that leaves a way around itself says so', () => {
    const text = explainPolicy(parse('file-read=/var/log/**'), { allow: [], block: [] }, Object.keys(commands));
    assert.match(text, /Note: guest-exec is not restricted/);
    assert.match(text, /Note: file-write is not restricted/);
    const closed = explainPolicy(parse('profile=read-only'), { allow: [], block: [] }, Object.keys(commands));
    assert.doesNotMatch(closed, /Note:/);
  });
});

suite('profiles', () => {
  test('name commands that exist, or that this project adds', () => {
    for (const profile of PROFILES) {
      for (const command of PROFILE_COMMANDS[profile] ?? []) {
        assert.ok(Object.hasOwn(commands, command) || command.startsWith('__qga_'), `${profile}: ${command}`);
      }
    }
  });

  test('but for full have nothing that changes the guest, except what holds it still', () => {
    const changes = /-(set|add|remove|exec|shutdown|suspend|write)\b|guest-exec/;
    for (const profile of ['backup', 'monitor', 'read-only'] as const) {
      assert.deepEqual(
        [...(PROFILE_COMMANDS[profile] ?? [])].filter((command) => changes.test(command)),
        [],
      );
    }
    const freezes = (profile: 'monitor' | 'read-only'): boolean =>
      PROFILE_COMMANDS[profile]?.has('guest-fsfreeze-freeze') === true;
    assert.ok(!freezes('monitor') && !freezes('read-only'));
  });
});
