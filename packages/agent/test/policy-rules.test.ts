import assert from 'node:assert/strict';
import fs from 'node:fs';
import { suite, test } from 'node:test';
import { AgentError } from '@qga/protocol';
import { Agent } from '../dist/agent.js';
import { readKeyLines } from '../dist/core/key-file.js';
import { nodePlatform } from '../dist/node/platform.js';
import { parsePolicy } from '../dist/policy/parse.js';
import { FrozenWorld } from './support/frozen-world.js';
import { call, request } from './support/memory-client.js';
import { agentOn, agentWith, folder, inside, open } from './support/policy-world.js';

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
