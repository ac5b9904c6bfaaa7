import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { suite, test } from 'node:test';
import type { Agent } from '../dist/agent.js';
import { nodePlatform } from '../dist/node/platform.js';
import { call, request } from './support/memory-client.js';
import { agentOn, agentWith, folder, inside, log, open } from './support/policy-world.js';

const DENIED = /^denied by policy: /;
const PERMIT = ['file-read=@/open/**', 'file-write=@/open/**'];

suite('file rules', () => {
  test('permit what they name and nothing else', async () => {
    const agent = await agentWith(...PERMIT);
    for (const mode of ['r', 'r+', 'w', 'a', 'w+', 'a+']) {
      assert.equal(await open(agent, inside('open/plain'), mode), 'opened');
      assert.match(await open(agent, inside('closed/secret'), mode), DENIED);
    }
    assert.equal(
      await open(agent, inside('closed/secret'), 'r'),
      `denied by policy: '${inside('closed/secret')}': nothing in file-read permits it`,
    );
  });

  test('a file that is denied is not made, not emptied, not changed', async () => {
    const agent = await agentWith(...PERMIT);
    for (const mode of ['w', 'a', 'w+', 'a+']) assert.match(await open(agent, inside('closed/new'), mode), DENIED);
    assert.match(await open(agent, inside('closed/secret'), 'w'), DENIED);
    assert.equal(fs.readFileSync(inside('closed/secret'), 'utf8'), 'secret');
    assert.equal(fs.existsSync(inside('closed/new')), false);
  });

  test('a new file is made with the permissions it always had', async () => {
    const agent = await agentWith(...PERMIT);
    assert.equal(await open(agent, inside('open/new'), 'w'), 'opened');
    assert.equal(fs.statSync(inside('open/new')).mode & 0o7777, 0o644);
  });

  test('no link and no odd path leads around them', async () => {
    fs.symlinkSync(inside('closed/secret'), inside('open/link'));
    fs.symlinkSync('../closed', inside('open/folder'));
    fs.symlinkSync(inside('closed/new'), inside('open/dangling'));
    const agent = await agentWith(...PERMIT);
    const ways = [
      'open/link',
      'open/folder/secret',
      'open/../closed/secret',
      'open/./folder/../closed/secret',
      'open/folder/new',
    ];
    for (const way of ways) {
      for (const mode of ['r', 'w', 'a+']) {
        const said = await open(agent, `${folder}/${way}`, mode);
        assert.match(said, DENIED, `${way} (${mode}): ${said}`);
      }
    }
    for (const mode of ['w', 'a+']) assert.notEqual(await open(agent, inside('open/dangling'), mode), 'opened');
    assert.match(await open(agent, `/proc/self/root${inside('closed/secret')}`, 'r'), DENIED);
    assert.equal(fs.existsSync(inside('closed/new')), false);
    assert.equal(fs.readFileSync(inside('closed/secret'), 'utf8'), 'secret');
  });

  test('a link into what is permitted is permitted, and a rule may be written with a link', async () => {
    fs.symlinkSync(inside('open'), inside('alias'));
    fs.symlinkSync(inside('open/plain'), inside('closed/way-in'));
    const agent = await agentWith('file-read=@/alias/**;!@/alias/hidden');
    fs.writeFileSync(inside('open/hidden'), '');
    assert.equal(await open(agent, inside('alias/plain'), 'r'), 'opened');
    assert.equal(await open(agent, inside('open/plain'), 'r'), 'opened');
    assert.equal(await open(agent, inside('closed/way-in'), 'r'), 'opened');
    assert.match(await open(agent, inside('open/hidden'), 'r'), /file-read has the exception !/);
  });

  test('reading and writing are asked apart; r+ asks for both', async () => {
    const agent = await agentWith('file-read=@/open/**', 'file-write=@/closed/**');
    assert.equal(await open(agent, inside('open/plain'), 'r'), 'opened');
    assert.match(await open(agent, inside('open/plain'), 'a'), /nothing in file-write permits it/);
    assert.match(await open(agent, inside('open/plain'), 'r+'), /nothing in file-write permits it/);
    assert.match(await open(agent, inside('closed/secret'), 'r+'), /nothing in file-read permits it/);
  });

  test('a file without a name is denied, and a FIFO is not waited for', async () => {
    execFileSync('mkfifo', [inside('open/fifo'), inside('closed/fifo')]);
    const agent = await agentWith(...PERMIT);
    assert.equal(await open(agent, inside('open/fifo'), 'r'), 'opened');
    assert.match(await open(agent, inside('closed/fifo'), 'r'), DENIED);
    assert.match(await open(agent, '/proc/self/ns/mnt', 'r'), DENIED);
  });

  /** An agent under which a link takes a file's place between the judgement and the opening. */
  function agentWithRace(file: string): Promise<Agent> {
    const real = nodePlatform({ write: () => undefined, syslog: () => undefined });
    let done = false;
    const readlink = async (link: string): Promise<string> => {
      const known = await real.files.readlink(link);
      if (!done) {
        done = true;
        fs.rmSync(file, { force: true });
        fs.symlinkSync(inside('closed/secret'), file);
      }
      return known;
    };
    return agentOn({ ...real, files: { ...real.files, readlink } }, PERMIT);
  }

  for (const mode of ['w', 'a', 'w+', 'a+', 'r+', 'r']) {
    test(`a link that takes a file's place at the last moment is not followed (${mode})`, async () => {
      const kept = inside('kept');
      fs.linkSync(inside('open/plain'), kept);
      assert.equal(await open(await agentWithRace(inside('open/plain')), inside('open/plain'), mode), 'opened');
      // it is the file that was judged
      assert.equal(fs.readFileSync(kept, 'utf8'), mode.startsWith('w') ? '' : 'plain');
      assert.equal(fs.readFileSync(inside('closed/secret'), 'utf8'), 'secret');
    });

    test(`a link that appears where a file is to be made is not followed (${mode})`, async () => {
      const said = await open(await agentWithRace(inside('open/new')), inside('open/new'), mode);
      assert.match(said, /^failed to open file .*Too many levels of symbolic links$/);
      assert.equal(fs.readFileSync(inside('closed/secret'), 'utf8'), 'secret');
    });
  }

  test('whoever moves links about meanwhile gets nothing but what is permitted', async () => {
    const agent = await agentWith(...PERMIT);
    const mover = inside('open/moving');
    fs.writeFileSync(inside('closed/target'), 'untouched');
    const flip = setInterval(() => {
      for (const to of [inside('closed/target'), inside('open/plain')]) {
        fs.symlinkSync(to, `${mover}.next`);
        fs.renameSync(`${mover}.next`, mover);
      }
    }, 0);
    const seen = new Set<string>();
    try {
      for (let round = 0; round < 300; round++) {
        // so that the link leads either way, and is not there at times
        if (round % 3 === 0) fs.rmSync(mover, { force: true });
        const said = await open(agent, mover, ['w', 'a', 'r+'][round % 3] ?? 'w');
        seen.add(said === 'opened' ? said : said.replace(/'[^']*'/g, '…'));
        // by a promise of the timers' own, so that the mover has its turn between
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      clearInterval(flip);
    }
    assert.equal(fs.readFileSync(inside('closed/target'), 'utf8'), 'untouched');
    assert.ok(seen.has('opened'), [...seen].join('; '));
  });

  test('a dry run denies nothing and says what it would', async () => {
    const agent = await agentWith(...PERMIT, 'dry-run=true', 'exec=');
    assert.equal(await open(agent, inside('closed/secret'), 'r'), 'opened');
    assert.match(log.join(''), /policy \(dry run\) would deny '.*secret': nothing in file-read permits it/);
    assert.match(
      await call(agent, request('guest-info')),
      /"guest-exec", "enabled": true|"enabled": true, "name": "guest-exec"/,
    );
  });

  test('no descriptor is left behind', async () => {
    const agent = await agentWith(...PERMIT);
    await open(agent, inside('closed/secret'), 'r');
    const before = fs.readdirSync('/proc/self/fd').length;
    for (const mode of ['r', 'w', 'a+']) {
      await open(agent, inside('closed/secret'), mode);
      await open(agent, inside('closed/new'), mode);
      await open(agent, inside('nowhere/new'), mode);
      await open(agent, '/proc/self/ns/mnt', mode);
    }
    assert.equal(fs.readdirSync('/proc/self/fd').length, before);
  });
});
