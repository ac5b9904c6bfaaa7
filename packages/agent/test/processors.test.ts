import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuCommands } from '../dist/commands/cpu.js';
import { memoryCommands } from '../dist/commands/memory.js';
import { fakeContext, fakeFiles, type FakeTree } from './support/fake-platform.js';

const CPU = '/sys/devices/system/cpu';
const MEMORY = '/sys/devices/system/memory';
const EBUSY = 16;

function machine(): FakeTree {
  return new Map([
    [`${CPU}/cpu1/online`, '1\n'],
    [`${CPU}/cpufreq/boost`, '1\n'],
    [`${CPU}/cpu0/topology`, ''],
    [`${CPU}/cpu12/online`, '0\n'],
    [`${CPU}/online`, '0-1\n'],
  ]);
}

const NONE = {};

test('processors come in the order of the directory; one without a switch is always on line', async () => {
  const context = fakeContext({ files: fakeFiles(machine()) });
  assert.deepEqual(await cpuCommands['guest-get-vcpus'].run(NONE, context), [
    { 'logical-id': 1, online: true, 'can-offline': true },
    { 'logical-id': 0, online: true, 'can-offline': false },
    { 'logical-id': 12, online: false, 'can-offline': true },
  ]);
});

test('without the directory of processors there is an error', async () => {
  const context = fakeContext({ files: fakeFiles(new Map()) });
  await assert.rejects(async () => cpuCommands['guest-get-vcpus'].run(NONE, context), {
    message: `failed to list entries: ${CPU}: No such file or directory`,
  });
  await assert.rejects(async () => cpuCommands['guest-get-cpustats'].run(NONE, context), {
    message: "Could not open '/proc/stat': No such file or directory",
  });
});

test('an empty switch is an error', async () => {
  const context = fakeContext({ files: fakeFiles(new Map([[`${CPU}/cpu7/online`, '']])) });
  await assert.rejects(async () => cpuCommands['guest-get-vcpus'].run(NONE, context), {
    message: `pread("${CPU}/cpu7//online"): unexpected EOF`,
  });
});

test('processors are switched, in order, until one cannot be', async () => {
  const tree = machine();
  const context = fakeContext({ files: fakeFiles(tree) });
  const set = (...vcpus: readonly [number, boolean][]): Promise<unknown> =>
    cpuCommands['guest-set-vcpus'].run({ vcpus: vcpus.map(([id, online]) => ({ 'logical-id': id, online })) }, context);
  assert.equal(await set(), 0);
  assert.equal(await set([1, false], [12, true], [0, true]), 3);
  assert.deepEqual([tree.get(`${CPU}/cpu1/online`), tree.get(`${CPU}/cpu12/online`)], ['0', '1']);
  assert.equal(await set([1, true], [0, false], [12, false]), 1);
  assert.deepEqual([tree.get(`${CPU}/cpu1/online`), tree.get(`${CPU}/cpu12/online`)], ['1', '1']);
  await assert.rejects(() => set([0, false], [1, false]), { message: "logical processor #0 can't be offlined" });
  await assert.rejects(() => set([77, true]), {
    message: `Could not open '${CPU}/cpu77/': No such file or directory`,
  });
});

test('a switch that has its position already is not written to', async () => {
  const refused = new Map([[`${CPU}/cpu1/online`, EBUSY]]);
  const context = fakeContext({ files: fakeFiles(machine(), refused) });
  const set = (online: boolean): Promise<unknown> =>
    cpuCommands['guest-set-vcpus'].run({ vcpus: [{ 'logical-id': 1, online }] }, context);
  assert.equal(await set(true), 1);
  await assert.rejects(() => set(false), { message: `pwrite("${CPU}/cpu1//online"): Device or resource busy` });
});

test('memory blocks', async () => {
  const tree: FakeTree = new Map([
    [`${MEMORY}/block_size_bytes`, '8000000\n'],
    [`${MEMORY}/memory5/state`, 'going-offline\n'],
    [`${MEMORY}/memory2/state`, 'online_movable\n'],
    [`${MEMORY}/memory2/removable`, '1\n'],
    [`${MEMORY}/memory9/phys_index`, '9\n'],
    [`${MEMORY}/memory_hotplug`, '0\n'],
  ]);
  const context = fakeContext({ files: fakeFiles(tree) });
  assert.deepEqual(await memoryCommands['guest-get-memory-blocks'].run(NONE, context), [
    { 'phys-index': 5, online: false, 'can-offline': false },
    { 'phys-index': 2, online: true, 'can-offline': true },
    { 'phys-index': 9, online: true, 'can-offline': false },
  ]);
  assert.deepEqual(await memoryCommands['guest-get-memory-block-info'].run(NONE, context), { size: 0x8000000 });
});

test('a machine without memory blocks', async () => {
  const none = fakeContext({ files: fakeFiles(new Map()) });
  assert.deepEqual(await memoryCommands['guest-get-memory-blocks'].run(NONE, none), []);
  await assert.rejects(async () => memoryCommands['guest-get-memory-block-info'].run(NONE, none), {
    message: 'open("/sys/devices/system/memory/"): No such file or directory',
  });
  const empty = fakeContext({ files: fakeFiles(new Map([[`${MEMORY}/probe`, '']])) });
  await assert.rejects(async () => memoryCommands['guest-get-memory-blocks'].run(NONE, empty), {
    message: 'guest reported zero memory blocks!',
  });
  await assert.rejects(async () => memoryCommands['guest-get-memory-block-info'].run(NONE, empty), {
    message: 'open sysfs file "block_size_bytes": No such file or directory',
  });
});

test('memory blocks are switched one by one, each with its answer', async () => {
  const tree: FakeTree = new Map([
    [`${MEMORY}/memory1/state`, 'online\n'],
    [`${MEMORY}/memory2/state`, 'online\n'],
    [`${MEMORY}/memory3/phys_index`, '3\n'],
  ]);
  const context = fakeContext({ files: fakeFiles(tree, new Map([[`${MEMORY}/memory2/state`, EBUSY]])) });
  const set = (...blocks: readonly [number | bigint, boolean][]): Promise<unknown> =>
    memoryCommands['guest-set-memory-blocks'].run(
      { 'mem-blks': blocks.map(([index, online]) => ({ 'phys-index': index, online })) },
      context,
    );
  assert.deepEqual(await set(), []);
  const far = 18446744073709551615n;
  assert.deepEqual(await set([1, false], [2, true], [2, false], [3, false], [3, true], [far, true]), [
    { 'phys-index': 1, response: 'success' },
    { 'phys-index': 2, response: 'success' },
    { 'phys-index': 2, response: 'operation-failed', 'error-code': EBUSY },
    { 'phys-index': 3, response: 'operation-not-supported', 'error-code': 2 },
    { 'phys-index': 3, response: 'success' },
    { 'phys-index': far, response: 'not-found', 'error-code': 2 },
  ]);
  assert.equal(tree.get(`${MEMORY}/memory1/state`), 'offline');
  tree.clear();
  assert.deepEqual(await set([1, true]), [{ 'phys-index': 1, response: 'operation-not-supported', 'error-code': 2 }]);
});
