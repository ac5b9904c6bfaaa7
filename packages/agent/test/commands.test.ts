import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commandTables } from '@qga/protocol';
import { commands, domains, frozenSafeCommands } from '../dist/commands/index.js';
import { errnoText } from '../dist/linux/errno.js';
import { firstOfEachDevice, isAnonymous, mountOf, parseMountinfo, parseMounts } from '../dist/linux/mountinfo.js';

suite('the list of commands', () => {
  test('no two domains define the same one', () => {
    const names = domains.flatMap((domain) => Object.keys(domain));
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(Object.keys(commands).sort(), names.sort());
  });

  test('with the one of Windows they are the schema’s', () => {
    const all = [...Object.keys(commands), 'guest-get-devices'];
    assert.deepEqual(all.sort(), Object.keys(commandTables).sort());
  });

  test('exactly QEMU’s six and the report work while frozen', () => {
    assert.deepEqual(frozenSafeCommands().sort(), [
      '__qga_fsfreeze-report',
      'guest-fsfreeze-status',
      'guest-fsfreeze-thaw',
      'guest-info',
      'guest-ping',
      'guest-sync',
      'guest-sync-delimited',
    ]);
  });
});

suite('kernel texts', () => {
  test('mountinfo, with optional fields, escapes and lines that do not fit', () => {
    const text = `22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw
28 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw
30 28 7:0 / /mnt/a\\040b\\\\c\\011d rw - squashfs /dev/loop0 ro
31 28 8:1 /sub /bind rw - ext4 /dev/sda1 rw
rubbish
32 28 x:y / /bad rw - ext4 /dev/sda2 rw
33 28 8:2 / /short rw - ext4
`;
    const mounts = parseMountinfo(text);
    assert.deepEqual(
      mounts.map(({ mountpoint, device, type }) => [mountpoint, device, type]),
      [
        ['/proc', '0:21', 'proc'],
        ['/', '8:1', 'ext4'],
        ['/mnt/a b\\c\td', '7:0', 'squashfs'],
        ['/bind', '8:1', 'ext4'],
      ],
    );
    assert.deepEqual(
      firstOfEachDevice(mounts.filter((mount) => !isAnonymous(mount))).map(({ mountpoint }) => mountpoint),
      ['/', '/mnt/a b\\c\td'],
    );
  });

  test('the mount that holds a path: the nearest above it, of those over one another the last', () => {
    const mounts = ['/', '/run', '/run/qga', '/run/qga'].map((mountpoint, at) => ({
      mountpoint,
      type: 'ext4',
      device: `8:${at}`,
    }));
    const deviceOf = (path: string): string | undefined => mountOf(mounts, path)?.device;
    assert.deepEqual(['/', '/runs', '/run', '/run/qga', '/run/qga/x', '/run/x'].map(deviceOf), [
      '8:0',
      '8:0',
      '8:1',
      '8:3',
      '8:3',
      '8:1',
    ]);
    assert.equal(mountOf(mounts.slice(1), '/home'), undefined);
  });

  test('mounts, for kernels without mountinfo', () => {
    const text = '/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 /b ext4 rw 0 0\n//srv/x /x cifs rw 0 0\n';
    assert.deepEqual(parseMounts(text), [{ mountpoint: '/', type: 'ext4', device: '/dev/sda1' }]);
  });

  test('errno texts are the C library’s', () => {
    assert.equal(errnoText(2), 'No such file or directory');
    assert.equal(errnoText(28), 'No space left on device');
    assert.equal(errnoText(95), 'Operation not supported');
    assert.equal(errnoText(4711), 'Unknown error 4711');
  });
});
