import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, suite, test, type TestContext } from 'node:test';
import { PROFILE_COMMANDS } from '../dist/policy/profiles.js';
import { ask, connect, finished, hosts, startProgram, temporaryFolder, type Host } from './support/agent-process.js';
import { mountImage, readRights, startWithRights, whyNoRights, type UnitRights } from './support/unit-rights.js';

/** A user who is not root, whose directories are closed to others. */
const NOBODY = 65_534;
const QUESTION = /^guest-(get|network)-|^guest-(ping|info)$|^__qga_/;

type Call = (command: string, args?: object) => Promise<string>;

/** The drop-ins of system/profiles give each profile's commands what they need. */
function profileSuite(host: Host): void {
  let place: ReturnType<typeof temporaryFolder>;
  let running: { child: ChildProcess; socket: Socket }[];
  const inside = (name: string): string => path.join(place.folder, name);

  beforeEach(() => {
    place = temporaryFolder();
    running = [];
    mkdirSync(inside('theirs'), { mode: 0o700 });
  });
  afterEach(async () => {
    await stopAll();
    place.remove();
  });

  /** An agent that ends thaws what it froze. */
  async function stopAll(): Promise<void> {
    for (const { child, socket } of running.splice(0)) {
      socket.destroy();
      const end = finished(child);
      child.kill();
      await end;
    }
  }

  /** @param rights undefined: all that this machine has */
  async function agent(rights: UnitRights | undefined, settings: string): Promise<Call> {
    const name = `agent${String(running.length)}`;
    mkdirSync(inside(name));
    writeFileSync(inside(`${name}.conf`), settings);
    const listen = ['-m', 'unix-listen', '-p', inside(`${name}.socket`)];
    const args = ['-c', inside(`${name}.conf`), ...listen, '-t', inside(name)];
    const child = rights === undefined ? startProgram(host, args) : startWithRights(host, rights, args);
    const socket = await connect(inside(`${name}.socket`));
    running.push({ child, socket });
    return (execute, args = {}) => ask(socket, JSON.stringify({ execute, arguments: args }));
  }

  /** A file of another user's, in a directory that is closed to others. */
  function theirFile(text: string): string {
    const file = inside('theirs/file');
    writeFileSync(file, text, { mode: 0o600 });
    for (const one of [file, inside('theirs')]) chownSync(one, NOBODY, NOBODY);
    return file;
  }

  for (const profile of ['backup', 'monitor', 'read-only'] as const) {
    test(`${profile}: its questions are answered as they are with all rights`, async () => {
      const settings = `[policy]\nprofile=${profile}\n`;
      const [less, all] = [await agent(readRights(profile), settings), await agent(undefined, settings)];
      const questions = [...(PROFILE_COMMANDS[profile] ?? [])].filter((name) => QUESTION.test(name));
      assert.ok(questions.length >= 8);
      const kind = (reply: string): string => (reply.startsWith('{"return"') ? 'return' : reply);
      for (const name of questions) assert.equal(kind(await less(name)), kind(await all(name)), name);
      assert.match(await less('guest-get-osinfo'), /^\{"return"/);
    });
  }

  test('backup: freezes and thaws a filesystem in a directory that is closed to others', async (t: TestContext) => {
    const mountpoint = inside('theirs/data');
    mkdirSync(mountpoint);
    const unmount = mountImage(inside('image'), mountpoint);
    if (unmount === undefined) {
      t.skip('this machine mounts no image');
      return;
    }
    for (const one of [mountpoint, inside('theirs')]) chownSync(one, NOBODY, NOBODY);
    try {
      const settings = `[policy]\nprofile=backup\nfreeze=${mountpoint}\n`;
      const rights = readRights('backup');
      const freeze = (call: Call): Promise<string> => call('guest-fsfreeze-freeze-list', { mountpoints: [mountpoint] });
      const call = await agent(rights, settings);
      assert.equal(await freeze(call), '{"return": 1}\n');
      assert.equal(await call('guest-fsfreeze-status'), '{"return": "frozen"}\n');
      assert.equal(await call('guest-fsfreeze-thaw'), '{"return": 1}\n');
      for (const needed of rights.capabilities) {
        const capabilities = rights.capabilities.filter((name) => name !== needed);
        assert.match(await freeze(await agent({ ...rights, capabilities }, settings)), /"error"/, `without ${needed}`);
      }
    } finally {
      await stopAll();
      unmount();
    }
  });

  test("read-only: reads another user's file, and cannot without its capability", async () => {
    const file = theirFile('private');
    const settings = '[policy]\nprofile=read-only\n';
    const call = await agent(readRights('read-only'), settings);
    const opened = JSON.parse(await call('guest-file-open', { path: file })) as { return: number };
    const read = await call('guest-file-read', { handle: opened.return });
    assert.match(read, new RegExp(Buffer.from('private').toString('base64')));
    assert.match(await call('guest-file-close', { handle: opened.return }), /^\{"return"/);
    const bare = await agent({ ...readRights('read-only'), capabilities: [] }, settings);
    assert.match(await bare('guest-file-open', { path: file }), /Permission denied/);
  });

  test("no-exec: writes another user's file, and runs no program", async () => {
    const file = theirFile('old');
    const call = await agent(readRights('no-exec'), '[general]\nblock-rpcs=guest-exec\n');
    const opened = JSON.parse(await call('guest-file-open', { path: file, mode: 'w' })) as { return: number };
    const written = { handle: opened.return, 'buf-b64': Buffer.from('new').toString('base64') };
    assert.match(await call('guest-file-write', written), /"count": 3/);
    assert.match(await call('guest-file-close', { handle: opened.return }), /^\{"return"/);
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.match(await call('guest-exec', { path: '/bin/true' }), /CommandNotFound/);
  });
}

const missing = whyNoRights();
for (const host of hosts) {
  suite(`the rights of each profile, on ${host.name}`, { skip: host.missing ?? missing ?? false }, () =>
    profileSuite(host),
  );
}
