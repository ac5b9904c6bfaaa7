import assert from 'node:assert/strict';
import test from 'node:test';
import { chart } from '../chart.js';
import { cell, figure, times, verdict } from '../figures.js';
import { median, Samples, type Row } from '../result.js';
import { memoryOf } from '../running-agent.js';

const speed: Row = {
  title: 'speed',
  unit: 'MB/s',
  better: 'more',
  values: { ours: [50, 30, 40], theirs: [10], none: [] },
};
const memory: Row = { title: 'memory', unit: 'KiB', better: 'less', values: { ours: [300], theirs: [500] } };

test('the median is the middle one, or between the middle two', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test('figures have about three digits', () => {
  assert.deepEqual([0, 0.012345, 1.2345, 12.345, 1234.5, -4].map(figure), [
    '0',
    '0.0123',
    '1.23',
    '12.3',
    '1235',
    '-4.00',
  ]);
  assert.deepEqual([0.0123, 0.5, 9.94, 12.3, Infinity].map(times), ['0.012×', '0.50×', '9.9×', '12×', '–×']);
});

test('a cell shows median and range, or that there is nothing', () => {
  assert.equal(cell(speed, 'ours'), '40.0 (30.0–50.0)');
  assert.equal(cell(speed, 'theirs'), '10.0');
  assert.equal(cell(speed, 'none'), '–');
});

test('a goal is met by the medians, whichever way is better', () => {
  assert.match(verdict(speed, 'ours', { ratio: 4 }, 'theirs'), /≥ 4×: met$/);
  assert.match(verdict(speed, 'ours', { ratio: 4.1 }, 'theirs'), /not met/);
  assert.match(verdict(memory, 'ours', { ratio: 0.6 }, 'theirs'), /≤ 0.6×: met$/);
  assert.match(verdict(memory, 'ours', { ratio: 0.5 }, 'theirs'), /not met/);
  assert.match(verdict(memory, 'ours', { value: 299 }, undefined), /≤ 299 KiB: \*\*not met/);
});

test('samples without a figure leave no row', () => {
  const samples = new Samples();
  samples.add('speed', 'ours', 1);
  samples.add('speed', 'ours', 2);
  samples.add('memory', 'ours', NaN);
  const rows = samples.rows({ speed, memory });
  assert.deepEqual(
    rows.map(({ title, values }) => [title, values]),
    [['speed', { ours: [1, 2] }]],
  );
});

test('the chart turns «less is better» round', () => {
  const row = { ...memory, values: { ours: [250], theirs: [500] } };
  const drawn = chart({ title: '', text: '', columns: ['ours', 'theirs'], reference: 'theirs', rows: [row] });
  assert.match(drawn, />2\.0×</);
  assert.doesNotMatch(drawn, />0\.50×</);
});

test('memory is read from what the kernel says', () => {
  const text =
    'VmHWM:\t  30 kB\nVmRSS:\t  16 kB\nRssAnon:\t  8 kB\nRss:   20 kB\nPss:    15 kB\nPss_Anon: 9 kB\nAnonymous:  10 kB\n';
  assert.deepEqual(memoryOf(text), { rss: 20, pss: 15, anonymous: 10, peak: 30 });
});
