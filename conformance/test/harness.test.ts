import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { allCases } from '../cases/index.js';
import { assertHarmless } from '../harness/guard.js';
import { readKnown } from '../harness/known.js';
import { normalise } from '../harness/normalise.js';
import { splitCommandLine } from '../harness/options.js';

const DANGEROUS = [
  '{"execute":"guest-shutdown"}',
  '{"execute":"guest-shutdown","arguments":{}}',
  '{"execute":"guest-shutdown","arguments":{"mode":"halt"}}',
  '{"execute":"guest-shutdown","arguments":{"mode":" PowerDown "}}',
  '{"execute":"guest-shutdown","arguments":{"mode":""}}',
  '{"execute":"guest-shutdown","arguments":{"mode":null}}',
  '{"execute":"guest-shutdown","arguments":{"foo":1}}',
  '{"execute":"guest-shutdown","arguments":{"mode":"x"}}{"execute":"guest-shutdown"}',
  '{"execute":"guest-\\u0073hutdown"}',
  '{"execute":"guest-fsfreeze-freeze"}',
  '{"execute":"guest-fsfreeze-freeze","arguments":{"foo":1}}',
  '{"execute":"guest-fsfreeze-freeze-list"}',
  '{"execute":"guest-fsfreeze-freeze-list","arguments":{"mountpoints":null}}',
  '{"execute":"guest-fsfreeze-freeze-list","arguments":{"mountpoints":["/"]}}',
  '{"execute":"guest-suspend-ram"}',
  '{"execute":"guest-set-time"}',
  '{"execute":"guest-set-vcpus","arguments":{"vcpus":[]}}',
  '{"execute":"guest-set-memory-blocks"}',
  '{"execute":"guest-set-user-password"}',
  '{"execute":"guest-set-time","arguments":{}}',
  '{"execute":"guest-set-time","arguments":{"time":null}}',
  '{"execute":"guest-set-time","arguments":{"time":1}}',
  '{"execute":"guest-set-time","arguments":{"time":1.5}}',
  '{"execute":"guest-set-time","arguments":{"foo":1}}',
  '{"execute":"guest-set-time","arguments":{"time":"x"}}{"execute":"guest-set-time"}',
  '{"execute":"guest-set-user-password","arguments":{"username":"root","password":"!","crypted":false}}',
  '{"execute":"guest-set-user-password","arguments":{"username":"no-such-user","password":"eA==","crypted":false}}',
  '{"execute":"guest-ssh-get-authorized-keys","arguments":{"username":"root"}}',
  '{"execute":"guest-ssh-add-authorized-keys","arguments":{"username":"root","keys":["#"]}}',
  '{"execute":"guest-ssh-add-authorized-keys","arguments":{"username":"no-such-user","username":"root","keys":[]}}',
  '{"execute":"guest-ssh-remove-authorized-keys","arguments":{"username":" no-such-user","keys":[]}}',
  '{"execute":"guest-suspend-disk","arguments":{"foo":1}}',
  '{"execute":"guest-fstrim"}',
  '{"execute":"guest-fstrim","arguments":{}}',
  '{"execute":"guest-fstrim","arguments":{"foo":1}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":0}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":1.5}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":null}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":""}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":"7"}}',
  '{"execute":"guest-fstrim","arguments":{"minimum":"x"}}{"execute":"guest-fstrim"}',

  '{"execute":"guest-exec","arguments":{"path":"reboot"}}',
  '{"execute":"guest-exec","arguments":{"path":"/sbin/reboot"}}',
  '{"execute":"guest-exec","arguments":{"path":"env","arg":["reboot"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh"}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","input-data":"cmVib290"}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","reboot"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","echo; reboot"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","echo $(reboot)"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","echo b > /proc/sysrq-trigger"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","kill -9 1"]}}',
  '{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","true","reboot"]}}',
  '{"execute":"guest-exec","arguments":{"path":"true","env":["LD_PRELOAD=/tmp/x"]}}',
  '{"execute":"guest-exec","arguments":{"path":"true","env":["PATH=/tmp"]}}',
  '{"execute":"guest-exec","arguments":{"path":"reboot","path":"true"}}',
  '{"execute":"guest-exec","arguments":{"path":"r\\u0065boot"}}',
  '{"execute":"guest-exec","arguments":{"path":"true"}}{"execute":"guest-exec","arguments":{"path":"reboot"}}',
  "{'execute':'guest-exec','arguments':{'path':'reboot'}}",
  '{"execute":"guest-ssh-add-authorized-keys"}',
];

for (const bytes of DANGEROUS) {
  test(`the guard refuses ${bytes}`, () => assert.throws(() => assertHarmless(bytes), /refused/));
}

test('the guard lets every case of the suite through', () => {
  for (const { steps } of allCases()) {
    for (const step of steps) {
      if ('bytes' in step && typeof step.bytes === 'string') assertHarmless(step.bytes);
    }
  }
});

test('positions of parse errors are left out', () => {
  const plain = { name: 'x', steps: [] };
  const line = '{"error": {"class": "GenericError", "desc": "12:3: JSON parse error, expecting value"}}';
  const expected = '{"error": {"class": "GenericError", "desc": "JSON parse error, expecting value"}}';
  assert.equal(normalise(line, plain, { directory: '/d', handles: [] }), expected);
});

test('handles and the directory of the case are replaced', () => {
  const plain = { name: 'x', steps: [] };
  const moving = { directory: '/tmp/d', handles: ['1000', '1001'] };
  assert.equal(normalise('{"return": 1001}', plain, moving), '{"return": @2@}');
  assert.equal(normalise("handle '1000' has not been found", plain, moving), "handle '@1@' has not been found");
  assert.equal(normalise("open '/tmp/d/f'", plain, moving), "open '@DIR@/f'");
});

test('guest-info is reduced to the commands that every agent has', () => {
  const info = { name: 'x', steps: [], info: true };
  const entry = (name: string): string => `{"enabled": true, "name": "${name}", "success-response": true}`;
  const line = `{"version": "1", "supported_commands": [${entry('guest-x')}, ${entry('guest-ping')}, ${entry('guest-y')}]}`;
  const reduced = normalise(line, info, { directory: '/d', handles: [] });
  assert.equal(reduced, `{"version": "VERSION", "supported_commands": [${entry('guest-ping')}]}`);
});

test('a known difference needs a reason and a name of its own', () => {
  const directory = mkdtempSync(join(tmpdir(), 'qga-known-'));
  const path = join(directory, 'known.txt');
  try {
    writeFileSync(path, '# remark\n\ngroup/a: because: of this\n');
    assert.deepEqual([...readKnown(path)], [['group/a', 'because: of this']]);
    writeFileSync(path, 'group/a\n');
    assert.throws(() => readKnown(path), /no reason/);
    writeFileSync(path, 'group/a: x\ngroup/a: y\n');
    assert.throws(() => readKnown(path), /named twice/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a command line is split at blanks outside quotes', () => {
  assert.deepEqual(splitCommandLine(`node "a b" --x='c d' e`), ['node', 'a b', '--x=c d', 'e']);
});
