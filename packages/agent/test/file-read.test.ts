import assert from 'node:assert/strict';
import { readSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, suite, test } from 'node:test';
import { Agent } from '../dist/agent.js';
import { nodePlatform } from '../dist/node/platform.js';
import type { Files } from '../dist/platform.js';
import { call, request } from './support/memory-client.js';
import { temporaryFolder } from './support/agent-process.js';

const place = temporaryFolder();
const platform = nodePlatform({ write: () => undefined, syslog: () => undefined });
const source = path.join(place.folder, 'source');
writeFileSync(source, 'abcdefghij');

/** An agent whose host has so much of a file in memory, and its open file. */
async function reader(readNow: Files['readNow']): Promise<(count: number) => Promise<string>> {
  const files = { ...platform.files, readNow };
  const agent = await Agent.create({ platform: { ...platform, files }, statedir: place.folder });
  const [handle = ''] = /\d+/.exec(await call(agent, request('guest-file-open', { path: source }))) ?? [];
  return (count) => call(agent, request('guest-file-read', { handle: Number(handle), count }));
}

function reply(text: string, eof: boolean): string {
  const data = Buffer.from(text).toString('base64');
  return `{"return": {"count": ${text.length}, "buf-b64": "${data}", "eof": ${eof}}}\n`;
}

suite('guest-file-read, when the host has', () => {
  after(() => place.remove());

  const hosts: Readonly<Record<string, Files['readNow']>> = {
    'nothing in memory': () => undefined,
    'all of it': (file, into) => readSync(file, into, 0, into.length, null) || undefined,
    'three bytes of each piece': (file, into) => readSync(file, into, 0, Math.min(into.length, 3), null) || undefined,
  };
  for (const [name, readNow] of Object.entries(hosts)) {
    test(`${name}, gives the file in order and its end`, async () => {
      const read = await reader(readNow);
      assert.equal(await read(0), reply('', false));
      assert.equal(await read(4), reply('abcd', false));
      assert.equal(await read(6), reply('efghij', false));
      assert.equal(await read(4), reply('', true));
    });

    test(`${name}, tells of the end that comes before the count`, async () => {
      const read = await reader(readNow);
      assert.equal(await read(8), reply('abcdefgh', false));
      assert.equal(await read(8), reply('ij', true));
    });
  }

  test('something, but another read is under way, waits for its turn', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const asked: number[] = [];
    const files: Files = {
      ...platform.files,
      readNow: (file, into) => {
        asked.push(into.length);
        return into.length === 5 ? undefined : readSync(file, into, 0, into.length, null);
      },
      async read(file, into) {
        if (into.length === 5) await gate;
        return platform.files.read(file, into);
      },
    };
    const agent = await Agent.create({ platform: { ...platform, files }, statedir: place.folder });
    const [handle = ''] = /\d+/.exec(await call(agent, request('guest-file-open', { path: source }))) ?? [];
    const read = (count: number): Promise<string> =>
      call(agent, request('guest-file-read', { handle: Number(handle), count }));
    const both = Promise.all([read(5), read(3)]);
    release();
    assert.deepEqual(await both, [reply('abcde', false), reply('fgh', false)]);
    assert.deepEqual(asked, [5]);
  });
});
