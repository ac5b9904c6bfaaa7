import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { addKeys, joinLines, keyLines, listKeys, removeKeys } from '../dist/linux/authorized-keys.js';
import { findUser } from '../dist/linux/passwd.js';
import { FakeSystem } from './support/fake-system.js';

const FILE = 'home/.ssh/authorized_keys';
const OK = '{"return": {}}';

suite('the text of authorized_keys', () => {
  test('lists keys, last one first', () => {
    assert.deepEqual(listKeys(keyLines('a 1\n# note\n\n  b 2 \r\n#c\nd')), ['d', 'b 2', 'a 1']);
  });

  test('adds what is not there, once, and ends every line', () => {
    assert.equal(joinLines(addKeys(keyLines('a\n\n#x'), ['a', 'b', 'b'])), 'a\n\n#x\nb\n');
    assert.equal(joinLines(addKeys(keyLines('a\n'), ['b'])), 'a\nb\n');
    assert.equal(joinLines(addKeys(keyLines(''), [])), '');
  });

  test('removes every line that is the key', () => {
    assert.deepEqual(removeKeys(['a', 'b', 'a', ' a'], ['a']), ['b', ' a']);
  });
});

test('users are found in passwd', () => {
  const text = 'root:x:0:0:root:/root:/bin/sh\n+::::::\nbroken:x:\nann:x:1000:1001:Ann,,:/home/ann:/bin/sh';
  assert.deepEqual(findUser(text, 'ann'), { uid: 1000, gid: 1001, home: '/home/ann' });
  for (const name of ['', 'broken', '+', 'nobody', 'root:x']) assert.equal(findUser(text, name), undefined);
});

suite('authorized keys', () => {
  let system: FakeSystem;
  let home: string;
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const user = { username: 'ann' };

  beforeEach(() => {
    system = new FakeSystem();
    home = path.join(system.folder, 'home');
    mkdirSync(home);
    const other = String(uid + 4321);
    system.write('passwd', `ann:x:${uid}:${gid}::${home}:/bin/sh\nbob:x:${other}:${other}::${home}:/bin/sh\n`);
  });
  afterEach(() => system.remove());

  const get = (): Promise<string> => system.ask('guest-ssh-get-authorized-keys', user);
  const add = (keys: string[], more: object = {}): Promise<string> =>
    system.error('guest-ssh-add-authorized-keys', { ...user, keys, ...more });
  const remove = (keys: string[]): Promise<string> =>
    system.error('guest-ssh-remove-authorized-keys', { ...user, keys });
  const text = (): string => readFileSync(path.join(system.folder, FILE), 'utf8');

  test('are added, listed, replaced and removed', async () => {
    assert.equal(await add(['ssh-rsa A a', 'ssh-rsa B b']), OK);
    assert.equal(await get(), '{"return": {"keys": ["ssh-rsa B b", "ssh-rsa A a"]}}');
    assert.equal(await add(['ssh-rsa B b', 'ssh-rsa C ü']), OK);
    assert.equal(text(), 'ssh-rsa A a\nssh-rsa B b\nssh-rsa C ü\n');
    assert.equal(await remove(['ssh-rsa A a', 'unknown']), OK);
    assert.equal(await get(), '{"return": {"keys": ["ssh-rsa C \\u00FC", "ssh-rsa B b"]}}');
    assert.equal(await add(['only'], { reset: true }), OK);
    assert.equal(text(), 'only\n');
    assert.equal(await add([], { reset: true }), OK);
    assert.equal(text(), '');
    assert.deepEqual(readdirSync(path.join(home, '.ssh')), ['authorized_keys']);
  });

  test('lie in a file and a directory for the user alone', async () => {
    assert.equal(await add(['k']), OK);
    assert.equal(statSync(path.join(home, '.ssh')).mode & 0o7777, 0o700);
    assert.equal(statSync(path.join(system.folder, FILE)).mode & 0o7777, 0o600);
    chmodSync(path.join(system.folder, FILE), 0o644);
    assert.equal(await add(['l']), OK);
    assert.equal(statSync(path.join(system.folder, FILE)).mode & 0o7777, 0o600);
  });

  test('that other programs wrote stay byte for byte', async () => {
    mkdirSync(path.join(home, '.ssh'));
    system.write(FILE, Buffer.from('# caf\xe9\n\nk1', 'latin1'));
    assert.equal(await add(['k2']), OK);
    assert.equal(readFileSync(path.join(system.folder, FILE), 'latin1'), '# caf\xe9\n\nk1\nk2\n');
  });

  test('of a draft that was left behind do not stand in the way', async () => {
    mkdirSync(path.join(home, '.ssh'));
    system.write('home/.ssh/.authorized_keys.qemu-ga', 'stale');
    assert.equal(await add(['k']), OK);
    assert.deepEqual(readdirSync(path.join(home, '.ssh')), ['authorized_keys']);
  });

  test('are added by several clients without losing any', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => add([key])));
    assert.deepEqual(keyLines(text()).sort(), keys);
  });

  test('that are missing', async () => {
    const file = path.join(system.folder, FILE);
    const missing = `failed to read '${file}': Failed to open file “${file}”: No such file or directory`;
    assert.equal(await system.error('guest-ssh-get-authorized-keys', user), missing);
    assert.equal(await remove(['k']), OK);
    rmSync(home, { recursive: true });
    assert.equal(await system.error('guest-ssh-get-authorized-keys', user), missing);
    assert.equal(await remove(['k']), OK);
    assert.equal(await add(['k']), `failed to create directory '${home}/.ssh': No such file or directory`);
  });

  test('of bad form are refused before anything else', async () => {
    for (const key of ['#k', 'a\nb']) {
      const more = { username: 'nobody-here' };
      assert.equal(await add(['fine', key], more), `invalid OpenSSH public key: '${key}'`);
      assert.equal(await remove([key]), `invalid OpenSSH public key: '${key}'`);
    }
    assert.equal(await add(['k'], { username: 'nobody-here' }), "failed to lookup user 'nobody-here': Success");
  });

  test('behind a symbolic link are neither read nor written', async () => {
    mkdirSync(path.join(system.folder, 'elsewhere'));
    system.write('elsewhere/authorized_keys', 'secret\n');
    symlinkSync('../elsewhere', path.join(home, '.ssh'));
    const refused = `refused to use '${home}/.ssh': a symbolic link, or not a directory`;
    assert.equal(await system.error('guest-ssh-get-authorized-keys', user), refused);
    for (const reset of [false, true]) assert.equal(await add(['k'], { reset }), refused);
    assert.equal(await remove(['secret']), refused);

    rmSync(path.join(home, '.ssh'));
    mkdirSync(path.join(home, '.ssh'));
    symlinkSync('../../elsewhere/authorized_keys', path.join(system.folder, FILE));
    assert.match(await add(['k']), /^refused to use '.*\/authorized_keys': a symbolic link/);
    // replacing everything replaces the link, not what it points to
    assert.equal(await add(['k'], { reset: true }), OK);
    assert.equal(readFileSync(path.join(system.folder, 'elsewhere/authorized_keys'), 'utf8'), 'secret\n');
    assert.equal(text(), 'k\n');
  });

  test('of somebody else are refused', { skip: uid === 0 ? false : 'needs root' }, async () => {
    // the home is root's, which is fine; the file is root's too, maybe by a hard link, which is not
    assert.equal(await add(['k']), OK);
    linkSync(path.join(system.folder, FILE), path.join(system.folder, 'link'));
    const bob = { username: 'bob' };
    const refused = `refused to use '${path.join(system.folder, FILE)}': not a file of the user`;
    assert.equal(await system.error('guest-ssh-get-authorized-keys', bob), refused);
    assert.equal(await system.error('guest-ssh-add-authorized-keys', { ...bob, keys: ['x'] }), refused);
  });

  test('in something that is no plain file are refused', async () => {
    mkdirSync(path.join(system.folder, FILE), { recursive: true });
    assert.match(await add(['k']), /not a file of the user/);
    assert.match(await add(['k'], { reset: true }), /^failed to write .*: Is a directory$/);
    assert.deepEqual(readdirSync(path.join(home, '.ssh')), ['authorized_keys']);
  });
});
