import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { AgentError } from '@qga/protocol';
import { Agent } from '../dist/agent.js';
import { readKeyLines } from '../dist/core/key-file.js';
import { nodePlatform } from '../dist/node/platform.js';
import type { Platform } from '../dist/platform.js';
import { parsePolicy } from '../dist/policy/parse.js';
import { temporaryFolder } from './support/agent-process.js';
import { FrozenWorld } from './support/frozen-world.js';
import { call, request } from './support/memory-client.js';

let folder: string;
let remove: () => void;
let log: string[];
let agents: Agent[];
const inside = (name: string): string => path.join(folder, name);

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  log = [];
  agents = [];
  for (const name of ['open', 'closed', 'state']) fs.mkdirSync(inside(name));
  fs.writeFileSync(inside('closed/secret'), 'secret');
  fs.writeFileSync(inside('open/plain'), 'plain');
});
afterEach(async () => {
  // timers of ended programs would keep the process alive
  for (const agent of agents) await agent.stop();
  remove();
});

/** An agent with a policy in which `@` is the test's folder. */
function agentWith(...lines: readonly string[]): Promise<Agent> {
  return agentOn(nodePlatform({ write: (line) => void log.push(line), syslog: () => undefined }), lines);
}

async function agentOn(platform: Platform, lines: readonly string[]): Promise<Agent> {
  const text = ['[policy]', ...lines].join('\n').replaceAll('@', folder);
  const policy = parsePolicy(readKeyLines(text));
  const agent = await Agent.create({ platform, statedir: inside('state'), policy });
  agents.push(agent);
  return agent;
}

async function open(agent: Agent, file: string, mode: string): Promise<string> {
  const reply = await call(agent, request('guest-file-open', { path: file, mode }));
  const { error } = JSON.parse(reply) as { error?: { desc: string } };
  return error?.desc ?? 'opened';
}

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

suite('rules for the rest', () => {
  async function error(agent: Agent, execute: string, args?: Readonly<Record<string, unknown>>): Promise<string> {
    const reply = JSON.parse(await call(agent, request(execute, args))) as { error?: { class: string; desc: string } };
    return reply.error === undefined ? 'done' : `${reply.error.class}: ${reply.error.desc}`;
  }

  test('programs go by their place and arguments', async () => {
    fs.copyFileSync('/bin/true', inside('open/true'));
    fs.chmodSync(inside('open/true'), 0o755);
    fs.symlinkSync('/bin/sh', inside('closed/sh'));
    fs.symlinkSync('../closed', inside('open/folder'));
    const agent = await agentWith(
      'exec=/bin/true;/bin/echo hello *;@/closed/sh -c *;@/open/**  **;!/bin/sh',
      'exec-env=LANG;LC_*',
    );
    const run = (file: string, ...arg: string[]): Promise<string> => error(agent, 'guest-exec', { path: file, arg });
    assert.equal(await run('/bin/true'), 'done');
    assert.equal(await run('true'), 'done');
    assert.match(
      await run('/bin/true', 'x'),
      /^GenericError: denied by policy: '\S*true \(1 arguments\)': nothing in exec/,
    );
    assert.equal(await run('/bin/echo', 'hello', 'a b/c'), 'done');
    assert.match(await run('/bin/echo', 'hello'), /nothing in exec permits it/);
    assert.equal(await run(inside('open/true'), '1', '2', '3'), 'done');
    // an exception goes by where the link leads, too
    assert.match(await run(inside('closed/sh'), '-c', 'true'), /exec has the exception !\/bin\/sh/);
    fs.copyFileSync('/bin/true', inside('closed/true'));
    for (const way of ['open/../closed/true', 'open/folder/true']) {
      assert.match(await run(`${folder}/${way}`), /nothing in exec permits it/);
    }
    assert.match(await run(inside('open/../closed/sh')), /GenericError: denied/);
    assert.match(await run('/nonexistent/x'), /Failed to execute child process .* \(No such file or directory\)/);
    const withEnv = (...env: string[]): Promise<string> => error(agent, 'guest-exec', { path: '/bin/true', env });
    assert.equal(await withEnv('LANG=C', 'LC_ALL=C'), 'done');
    assert.match(await withEnv('LD_PRELOAD=/x.so'), /'variable LD_PRELOAD': nothing in exec-env permits it/);
  });

  test('users go by their names', async () => {
    // no password of this machine is in danger: nothing is started, and there are no such users
    const real = nodePlatform({ write: () => undefined, syslog: () => undefined });
    const processes = { start: () => Promise.reject(new AgentError('no programs here')) };
    const agent = await agentOn({ ...real, processes }, [
      'password-users=no-such-ann;no-such-b*',
      'ssh-users=!no-such-root',
    ]);
    const password = (username: string): Promise<string> =>
      error(agent, 'guest-set-user-password', { username, password: 'AAAA', crypted: false });
    assert.match(
      await password('no-such-eve'),
      /denied by policy: 'no-such-eve': nothing in password-users permits it/,
    );
    assert.match(await password('no-such-bob'), /no programs here/);
    const keys = (username: string): Promise<string> => error(agent, 'guest-ssh-get-authorized-keys', { username });
    assert.match(await keys('no-such-root'), /ssh-users has the exception !no-such-root/);
    assert.match(await keys('nobody-here'), /failed to lookup user/);
  });

  test('freezing names what is not permitted, and freezes nothing', async () => {
    const agent = await agentWith('freeze=@/none');
    const list = await error(agent, 'guest-fsfreeze-freeze-list', { mountpoints: [inside('none'), inside('other')] });
    assert.match(list, /^GenericError: denied by policy: '.*other': nothing in freeze permits it$/);
    assert.equal(agent.frozen, false);
  });

  test('freezing everything is denied unless everything is permitted', async () => {
    const world = new FrozenWorld([
      { mountpoint: '/made-up/data', device: '9:1' },
      { mountpoint: '/made-up/other', device: '9:2' },
    ]);
    const start = (rule: string): Promise<Agent> =>
      Agent.create({
        platform: world.platform,
        paths: world.paths,
        statedir: inside('state'),
        policy: parsePolicy(readKeyLines(`[policy]\n${rule}`)),
      });
    const some = await start('freeze=/made-up/data');
    assert.match(await error(some, 'guest-fsfreeze-freeze'), /'\/made-up\/other': nothing in freeze permits it/);
    assert.deepEqual(world.events, []);
    assert.equal(await error(some, 'guest-fsfreeze-freeze-list', { mountpoints: ['/made-up/data'] }), 'done');
    assert.deepEqual(world.events, ['+/made-up/data']);
    await some.stop();
    const all = await start('freeze=/made-up/*');
    assert.equal(await error(all, 'guest-fsfreeze-freeze'), 'done');
    assert.equal(world.frozen.size, 2);
    await all.stop();
  });

  test('a profile denies commands as the block list does, and guest-info tells', async () => {
    const agent = await agentWith('profile=monitor');
    assert.equal(
      await error(agent, 'guest-file-open', { path: '/etc/hostname' }),
      'CommandNotFound: Command guest-file-open has been disabled: policy: profile=monitor does not include it',
    );
    const info = JSON.parse(await call(agent, request('guest-info'))) as {
      return: { supported_commands: { name: string; enabled: boolean }[] };
    };
    const enabled = info.return.supported_commands.filter((command) => command.enabled).map(({ name }) => name);
    assert.ok(enabled.includes('guest-get-osinfo') && !enabled.includes('guest-exec'));
    assert.ok(!enabled.includes('guest-fsfreeze-freeze'));
  });

  test('profile read-only opens for reading only', async () => {
    const agent = await agentWith('profile=read-only');
    assert.equal(await open(agent, inside('closed/secret'), 'r'), 'opened');
    for (const mode of ['w', 'a', 'r+']) {
      assert.match(await open(agent, inside('closed/secret'), mode), /nothing in profile=read-only permits it/);
    }
    assert.equal(fs.readFileSync(inside('closed/secret'), 'utf8'), 'secret');
  });
});
