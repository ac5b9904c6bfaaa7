import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { EACCES, ENOENT } from '../dist/linux/constants.js';
import { FakeSystem } from './support/fake-system.js';
import { RefusingFiles } from './support/refusing-files.js';

const EIO = 5;

type Arguments = Readonly<Record<string, unknown>>;

const USER = { username: 'ann' };
const KEYS = { ...USER, keys: ['ssh-rsa A'] };

/** What is asked: all that reads this machine without changing it, and what changes no more than the test's own folder. */
const ASKED: readonly (readonly [command: string, args?: Arguments])[] = [
  ['guest-get-osinfo'],
  ['guest-get-users'],
  ['guest-get-timezone'],
  ['guest-get-host-name'],
  ['guest-get-load'],
  ['guest-get-time'],
  ['guest-get-fsinfo'],
  ['guest-get-disks'],
  ['guest-get-diskstats'],
  ['guest-get-cpustats'],
  ['guest-get-vcpus'],
  ['guest-get-memory-blocks'],
  ['guest-get-memory-block-info'],
  ['guest-network-get-interfaces'],
  ['guest-network-get-route'],
  ['guest-ssh-get-authorized-keys', USER],
  ['guest-ssh-add-authorized-keys', KEYS],
  ['guest-ssh-add-authorized-keys', { ...KEYS, reset: true }],
  ['guest-ssh-remove-authorized-keys', KEYS],
  ['guest-set-user-password', { ...USER, password: 'eA==', crypted: false }],
  ['guest-set-time', { time: 1_700_000_000_000_000_000 }],
  ['guest-suspend-ram'],
  ['guest-file-open', { path: 'FOLDER/new', mode: 'w' }],
];

/** A system that can answer all of it. */
function furnished(files: RefusingFiles): FakeSystem {
  const system = new FakeSystem();
  const ids = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  mkdirSync(path.join(system.folder, 'home'));
  system.write('passwd', `ann:x:${ids}::${path.join(system.folder, 'home')}:/bin/sh\n`);
  system.write('utmp', Buffer.alloc(384));
  system.write('os-release', 'ID=test\n');
  system.write('localtime', 'no zone');
  system.write('state', '');
  for (const program of ['/sbin/hwclock', 'chpasswd']) system.programs.set(program, {});
  system.through = (real) => files.over(real);
  return system;
}

/** What is not there on the first run is there on the next: each starts with the home empty, or with keys in it. */
function prepare(system: FakeSystem, withKeys: boolean): void {
  const home = path.join(system.folder, 'home');
  rmSync(path.join(home, '.ssh'), { recursive: true, force: true });
  rmSync(path.join(system.folder, 'new'), { force: true });
  if (!withKeys) return;
  mkdirSync(path.join(home, '.ssh'));
  system.write('home/.ssh/authorized_keys', 'ssh-rsa A\n');
}

suite('whatever file is missing or refused', () => {
  for (const [command, args] of ASKED) {
    test(`${command}${args === undefined ? '' : ` ${JSON.stringify(args)}`}: a reply or a clean error, and nothing left open`, async () => {
      const files = new RefusingFiles();
      const system = furnished(files);
      const given = JSON.parse(JSON.stringify(args ?? {}).replace('FOLDER', system.folder)) as Arguments;
      const check = async (what: string): Promise<void> => {
        const before = files.open.length;
        const reply = await system.ask(command, given);
        const { error } = JSON.parse(reply === '' ? '{}' : reply) as { error?: { desc: string } };
        assert.doesNotMatch(error?.desc ?? '', /internal error/, what);
        const kept = command === 'guest-file-open' && error === undefined ? 1 : 0;
        assert.equal(files.open.length, before + kept, `${what}: left open: ${files.open.join(', ')}`);
      };
      for (const withKeys of [true, false]) {
        // once for what the agent does when it starts, once for what the command does
        await system.ask('guest-ping');
        prepare(system, withKeys);
        files.seen.clear();
        await check('nothing is refused');
        for (const call of [...files.seen]) {
          for (const errno of [ENOENT, EACCES, EIO]) {
            prepare(system, withKeys);
            files.refuse(call, errno);
            await check(`${call} is refused with errno ${errno}`);
            files.refuse(undefined);
          }
        }
      }
      system.remove();
    });
  }
});
