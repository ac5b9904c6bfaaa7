import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Log } from '../dist/core/log.js';
import { AgentState, StateError } from '../dist/core/state.js';
import { nodePlatform } from '../dist/node/platform.js';
import { temporaryFolder } from './support/agent-process.js';

const platform = nodePlatform({ write: () => undefined, syslog: () => undefined });
const load = (statedir: string): Promise<AgentState> => AgentState.load(platform, new Log(platform, false), statedir);

suite('state that outlives the process', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    place = temporaryFolder();
    file = path.join(place.folder, 'qga.state');
  });
  afterEach(() => place.remove());

  test('the counter begins at 1000 and is on disk before a handle is given', async () => {
    const state = await load(place.folder);
    assert.equal(readFileSync(file, 'utf8'), '[global]\nfd_counter=1000\n');
    assert.equal(await state.takeHandle(), 1000);
    assert.equal(readFileSync(file, 'utf8'), '[global]\nfd_counter=1001\n');
    assert.equal(await (await load(place.folder)).takeHandle(), 1001);
    assert.deepEqual(readdirSync(place.folder), ['qga.state']);
  });

  test('handles asked for at once are different', async () => {
    const state = await load(place.folder);
    const handles = await Promise.all(Array.from({ length: 20 }, () => state.takeHandle()));
    assert.equal(new Set(handles).size, 20);
    assert.equal(readFileSync(file, 'utf8'), '[global]\nfd_counter=1020\n');
  });

  for (const [content, handle] of [
    ['', 1000],
    ['[global]\n', 1000],
    ['[global]\nfd_counter=77\n', 77],
    ['[global]\nfd_counter=abc\n', 1000],
    ['[global]\nfd_counter=-7\n', 1000],
    ['[global]\nfd_counter=5000000000\n', 1000],
    ['[global]\nfd_counter=2147483647\n', 2147483647],
  ] as const) {
    test(`a counter file ${JSON.stringify(content)} leads to ${handle}`, async () => {
      writeFileSync(file, content);
      assert.equal(await (await load(place.folder)).takeHandle(), handle);
    });
  }

  test('a file that is no key file, or no file, is fatal and named', async () => {
    writeFileSync(file, 'rubbish');
    await assert.rejects(load(place.folder), {
      name: StateError.name,
      message: /error loading persistent state from path: .*qga.state, line 1/,
    });
    await assert.rejects(load(file), { name: StateError.name, message: /Not a directory/ });
    await assert.rejects(load('/nonexistent'), {
      name: StateError.name,
      message: /unable to create state file at path \/nonexistent\/qga.state/,
    });
  });

  test('anything at the marker’s place means frozen', async () => {
    mkdirSync(path.join(place.folder, 'qga.state.isfrozen'));
    assert.ok((await load(place.folder)).frozen);
  });
});
