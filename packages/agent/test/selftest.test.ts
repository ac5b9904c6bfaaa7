import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { offeredCommands } from '../dist/agent.js';
import { emptySettings, withDefaults, type Settings } from '../dist/core/settings.js';
import { linuxPaths } from '../dist/linux/paths.js';
import { nodePlatform } from '../dist/node/platform.js';
import type { Files, Platform } from '../dist/platform.js';
import type { Finding, PolicyFacts } from '../dist/selftest/finding.js';
import { isBroken, reportJson, reportText, selfTest } from '../dist/selftest/index.js';
import { temporaryFolder } from './support/agent-process.js';

const real = nodePlatform({ write: () => undefined, syslog: () => undefined });
const ALL_CAPABILITIES = '000001ffffffffff';
const asRoot = process.getuid?.() === 0 ? {} : { skip: 'needs root' };

suite('the self-test', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let folder: string;
  const inside = (name: string): string => path.join(folder, name);

  beforeEach(() => {
    place = temporaryFolder();
    folder = place.folder;
    mkdirSync(inside('state'));
    mkdirSync(inside('data'));
    mkdirSync(inside('ports/vport0p1'), { recursive: true });
    writeFileSync(inside('ports/vport0p1/name'), 'com.example.other\n');
    writeFileSync(inside('status'), `Name:\tqemu-ga\nUid:\t0\t0\t0\t0\nCapEff:\t${ALL_CAPABILITIES}\n`);
    for (const program of ['poweroff', 'hwclock']) writeFileSync(inside(program), '#!/bin/sh\n', { mode: 0o755 });
    writeMounts(`1 0 0:5 / / rw - tmpfs tmpfs rw`);
  });
  afterEach(() => place.remove());

  function writeMounts(...lines: string[]): void {
    writeFileSync(inside('mountinfo'), lines.map((line) => `${line}\n`).join(''));
  }

  async function examine(
    given: Partial<Settings> = {},
    policy?: PolicyFacts,
    platform: Platform = real,
  ): Promise<Finding[]> {
    const paths = {
      ...linuxPaths,
      mountinfo: inside('mountinfo'),
      ownStatus: inside('status'),
      virtioPorts: inside('ports'),
      virtioPort: '/dev/null',
      poweroff: inside('poweroff'),
      shutdown: inside('shutdown'),
      hwclock: inside('hwclock'),
    };
    const settings = withDefaults({ ...emptySettings(), statedir: inside('state'), ...given }, paths);
    return selfTest({ platform, paths, settings, commands: offeredCommands, policy });
  }

  const about = (area: string, findings: readonly Finding[]): string[] =>
    findings.filter((finding) => finding.area === area).map(({ verdict, text }) => `${verdict}: ${text}`);

  test('a guest in good health has nothing to complain of, and nothing is left behind', async () => {
    const findings = await examine();
    assert.equal(isBroken(findings), false);
    assert.deepEqual(about('channel', findings), ['ok: /dev/null can be opened']);
    assert.deepEqual(about('rights', findings), ['ok: runs as user 0 with every capability that its commands need']);
    assert.deepEqual(about('hook', findings), ['ok: no freeze hook is configured']);
    assert.deepEqual(about('state', findings), [`ok: ${inside('state')} can be written, and no freeze touches it`]);
    assert.deepEqual(readdirSync(inside('state')), []);
  });

  test('a port that is missing: names those that are there', async () => {
    const findings = await examine({ path: inside('nowhere') });
    assert.deepEqual(about('channel', findings), [
      `broken: ${inside('nowhere')}: No such file or directory; its virtio ports are: com.example.other`,
    ]);
    assert.equal(isBroken(findings), true);
    assert.match(reportText(findings), /FAIL +channel .*\n +on the host: -device virtio-serial-pci/);
  });

  test('other channels: no serial line, no directory, no such method', async () => {
    assert.deepEqual(about('channel', await examine({ method: 'isa-serial', path: '/dev/null' })), [
      'broken: /dev/null is no serial line',
    ]);
    assert.deepEqual(about('channel', await examine({ method: 'unix-listen', path: inside('no/socket') })), [
      `broken: the directory ${inside('no')} of the socket is missing`,
    ]);
    assert.deepEqual(about('channel', await examine({ method: 'unix-listen', path: inside('socket') })), [
      `ok: the socket's directory ${folder} is there`,
    ]);
    assert.deepEqual(about('channel', await examine({ method: 'pigeon', path: '/' })), [
      "broken: there is no method 'pigeon'",
    ]);
  });

  test('capabilities that are missing, with what they cost', async () => {
    const without = BigInt(`0x${ALL_CAPABILITIES}`) & ~(1n << 21n);
    writeFileSync(inside('status'), `Uid:\t0\t0\t0\t0\nCapEff:\t${without.toString(16)}\n`);
    assert.deepEqual(about('rights', await examine()), [
      'warning: no CAP_SYS_ADMIN: freeze, thaw and trim do not work',
    ]);
    writeFileSync(inside('status'), 'nonsense');
    assert.match(about('rights', await examine()).join(), /^warning: .*does not tell/);
  });

  test('which mounts would freeze, which not and why', async () => {
    writeMounts(
      `1 0 8:1 / ${inside('data')} rw - ext4 /dev/sda1 rw`,
      `2 1 8:1 /sub ${inside('bind')} rw - ext4 /dev/sda1 rw`,
      `3 1 8:2 / /boot/efi rw - vfat /dev/sda2 rw`,
      `4 1 8:3 / ${inside('gone')} rw - xfs /dev/sda3 rw`,
      `5 1 0:7 / /proc rw - proc proc rw`,
    );
    assert.deepEqual(about('filesystems', await examine()), [
      `ok: ${inside('data')}: ext4, would freeze`,
      `ok: ${inside('bind')}: the same filesystem as ${inside('data')}`,
      'ok: /boot/efi: vfat cannot be frozen, it is passed over',
      `warning: ${inside('gone')}: No such file or directory, so a freeze of everything would fail`,
      'ok: 1 mounts are on no block device and are never frozen',
      'ok: a freeze ends by itself after 600 s (freeze-timeout)',
    ]);
  });

  test('btrfs: on the device that is its source, whatever its number; not on what is no device', async () => {
    writeMounts(
      `1 0 0:40 /@ ${inside('data')} rw - btrfs /dev/disk rw`,
      `2 1 0:41 /@home ${inside('home')} rw - btrfs /dev/disk rw`,
      `3 1 0:42 / ${inside('gone')} rw - btrfs /dev/other rw`,
    );
    const isDisk = (name: string): boolean => name === '/dev/disk';
    const files: Files = Object.assign(Object.create(real.files) as Files, {
      stat: async (name: string) => ({
        ...(await real.files.stat(isDisk(name) ? '/dev/null' : name)),
        ...(isDisk(name) ? { mode: 0o060600, rdev: 0x801 } : {}),
      }),
    });
    assert.deepEqual(about('filesystems', await examine({}, undefined, { ...real, files })).slice(0, 3), [
      `ok: ${inside('data')}: btrfs, would freeze`,
      `ok: ${inside('home')}: the same filesystem as ${inside('data')}`,
      'ok: 1 mounts are on no block device and are never frozen',
    ]);
  });

  test('a state directory that a freeze holds still, and one that cannot be written', async () => {
    writeMounts('1 0 0:5 / / rw - tmpfs tmpfs rw', `2 1 8:1 / ${folder} rw - ext4 /dev/sda1 rw`);
    assert.match(about('state', await examine()).join(), /^warning: .*\(ext4\), which a freeze holds still$/);
    assert.match(about('state', await examine({ statedir: inside('none') })).join(), /^broken: .*No such file/);
  });

  test('a hook that is missing or cannot be executed', async () => {
    const hook = inside('hook');
    assert.match(about('hook', await examine({ fsfreezeHook: hook })).join(), /^broken: .*is missing/);
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o644 });
    assert.match(about('hook', await examine({ fsfreezeHook: hook })).join(), /^broken: .*cannot be executed/);
  });

  test("a hook that is not root's alone", asRoot, async () => {
    const hook = inside('hook');
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
    assert.match(about('hook', await examine({ fsfreezeHook: hook })).join(), /^ok: /);
    chmodSync(hook, 0o775);
    assert.match(about('hook', await examine({ fsfreezeHook: hook })).join(), /^broken: .*can be changed/);
    chmodSync(hook, 0o755);
    chownSync(hook, 65_534, 0);
    assert.match(about('hook', await examine({ fsfreezeHook: hook })).join(), /^broken: .*can be changed/);
  });

  test('commands that are refused, and names that are none', async () => {
    const findings = await examine({ blockRpcs: ['guest-exec', 'guest-exce'] });
    const [unknown, summary] = about('commands', findings);
    assert.equal(unknown, "warning: block-rpcs names 'guest-exce', which is no command");
    const count = offeredCommands.length;
    assert.equal(summary, `ok: ${count - 1} of ${count} commands may be called, refused: guest-exec`);
  });

  test('the policy in force, and capabilities that it leaves no use for', async () => {
    const refusal = (command: string): string | undefined =>
      command.startsWith('guest-get-') ? undefined : 'profile=some does not include it';
    const policy = { profile: 'some', dryRun: false, refusal };
    writeFileSync(inside('status'), 'Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\n');
    const findings = await examine({}, policy);
    assert.deepEqual(about('policy', findings), ['ok: profile some; qemu-ga --check-policy explains its rules']);
    assert.deepEqual(about('rights', findings), ['ok: runs as user 0 with every capability that its commands need']);
    const asked = offeredCommands.filter((name) => refusal(name) === undefined).length;
    assert.ok(about('commands', findings)[0]?.startsWith(`ok: ${asked} of ${offeredCommands.length} commands`));
    const tried = await examine({}, { ...policy, dryRun: true });
    assert.match(about('policy', tried).join(), /^warning: profile some, which is tried only/);
    assert.equal(about('rights', tried).length, 5);
    assert.match(about('policy', await examine()).join(), /^ok: none: whoever has the channel/);
  });

  test('where calls are written down', async () => {
    assert.deepEqual(about('audit', await examine()), ['ok: calls are not written down']);
    assert.deepEqual(about('audit', await examine({ audit: 'syslog' })), ['ok: calls are written to syslog']);
    const file = inside('data/audit.log');
    assert.deepEqual(about('audit', await examine({ audit: file })), [`ok: calls are written to ${file}`]);
    assert.match(about('audit', await examine({ audit: inside('no/audit') })).join(), /^warning: .*no is missing/);
    assert.match(about('audit', await examine({ audit: inside('status/x') })).join(), /^warning: .* is no directory/);
    assert.match(about('audit', await examine({ audit: 'here' })).join(), /^broken: 'here' is no absolute path/);
  });

  test('a freeze that the agent would never end', async () => {
    assert.match(about('filesystems', await examine({ freezeTimeout: 0 })).at(-1) ?? '', /^warning: .*does not end/);
    assert.match(about('filesystems', await examine({ freezeTimeout: 7 })).at(-1) ?? '', /^ok: .*after 7 s/);
  });

  test('programs that are missing', async () => {
    const texts = about('programs', await examine());
    assert.equal(texts[0], `ok: guest-shutdown has ${inside('poweroff')}`);
    place.remove();
    mkdirSync(inside('state'), { recursive: true });
    assert.match(
      about('programs', await examine()).join(),
      /warning: guest-set-time needs .*hwclock, which is missing/,
    );
  });

  test('the report for scripts is JSON', async () => {
    const report = JSON.parse(reportJson(await examine({ path: inside('nowhere') }))) as {
      broken: boolean;
      findings: Finding[];
    };
    assert.equal(report.broken, true);
    assert.deepEqual(Object.keys(report.findings[0] ?? {}), ['area', 'verdict', 'text', 'hint']);
  });
});
