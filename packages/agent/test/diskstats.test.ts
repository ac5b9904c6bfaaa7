import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDiskstats } from '../dist/linux/diskstats.js';

test('kernel 6.1: seventeen counters', () => {
  const [disk] = parseDiskstats(
    ' 254       0 vda 187828 33801 5660970 64895 46525 61071 4708472 16129 0 20240 84668 36918 68 1696232 3277 8718 366\n',
  );
  assert.deepEqual(disk, {
    name: 'vda',
    major: 254,
    minor: 0,
    stats: {
      'read-ios': 187828,
      'read-merges': 33801,
      'read-sectors': 5660970,
      'read-ticks': 64895,
      'write-ios': 46525,
      'write-merges': 61071,
      'write-sectors': 4708472,
      'write-ticks': 16129,
      'ios-pgr': 0,
      'total-ticks': 20240,
      'weight-ticks': 84668,
      'discard-ios': 36918,
      'discard-merges': 68,
      'discard-sectors': 1696232,
      'discard-ticks': 3277,
      'flush-ios': 8718,
      'flush-ticks': 366,
    },
  });
});

test('older kernels tell less', () => {
  const [eleven, fifteen] = parseDiskstats(
    '8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n',
  );
  assert.equal(Object.keys(eleven?.stats ?? {}).length, 11);
  assert.equal(fifteen?.stats['discard-ticks'], 15);
  assert.equal(fifteen.stats['flush-ios'], undefined);
});

test('partitions before 2.6.25 have four counters of another meaning', () => {
  const [partition] = parseDiskstats('   3    1 hda1 35486 38030 38030 38031\n');
  const stats = { 'read-ios': 35486, 'read-sectors': 38030, 'write-ios': 38030, 'write-sectors': 38031 };
  assert.deepEqual(partition?.stats, stats);
});

test('counters of newer kernels are ignored, broken lines left out', () => {
  const counters = Array.from({ length: 20 }, (_, at) => at).join(' ');
  const disks = parseDiskstats(`8 0 sda ${counters}\n\n8 1\nnot a line of the table at all\n8 2 sda2 1 2 -3 4\n`);
  assert.deepEqual(
    disks.map(({ name, stats }) => [name, Object.keys(stats).length]),
    [['sda', 17]],
  );
});
