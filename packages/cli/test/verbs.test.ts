import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { agents, qga, startAgent, type Run, type RunningAgent } from './run-qga.js';

/** What to see of each verb that only looks. */
const LOOKS: readonly (readonly [argv: string[], seen: RegExp])[] = [
  [['ping'], /^the agent answers, in \d/],
  [['info'], /^version \S+, \d+ commands/],
  [['info', '--commands'], /guest-ping +yes +yes/],
  [['wait', '--for', '5'], /is ready after/],
  [['status'], /^thawed$/m],
  [['doctor'], /ok +agent +connected and in step/],
  [['mem'], /^memory +\d/m],
  [['load'], /^1 MIN +5 MIN/],
  [['call', 'ping'], /^\{\}$/m],
  [['guest-ping'], /^\{\}$/m],
  [['raw', '{"execute": "guest-ping", "id": 7}'], /"id": 7/],
  [['top', '--count', '1'], /^GUEST +STATE/],
];

/** Those whose commands our own agent gets only now, or whose answer depends on the machine. */
const MAY_LACK: readonly (readonly [argv: string[], seen: RegExp])[] = [
  [['fs'], /^MOUNTED ON|^no filesystem/],
  [['disks'], /^NAME +KIND|^no disks/],
  [['net'], /^INTERFACE +ADDRESSES/],
  [['cpu'], /^CPU +ONLINE/],
  [['os'], /^HOST +SYSTEM/],
  [['time'], /^\d{4}-.*this machine/],
  [['users'], /^USER +SINCE|^nobody/],
];

/** A verb works, or says in one line that this agent does not have the command. */
function lacks({ code, error }: Run): boolean {
  return code === 1 && /CommandNotFound|not (?:available|supported)|has not been found/.test(error);
}

for (const { name, command } of agents) {
  await describe(name, async () => {
    let agent: RunningAgent;
    const run = (...argv: string[]): Promise<Run> => qga(['-s', agent.socket, ...argv]);
    before(async () => {
      agent = await startAgent(command);
    });
    after(() => agent.stop());

    for (const [argv, seen] of LOOKS) {
      await test(argv.join(' '), async () => {
        const { code, out, error } = await run(...argv);
        assert.equal(code, 0, error);
        assert.match(out, seen);
      });
    }

    for (const [argv, seen] of MAY_LACK) {
      await test(`${argv.join(' ')}, and as JSON`, async (t) => {
        const text = await run(...argv);
        if (lacks(text)) {
          t.skip('this agent does not have the command');
          return;
        }
        assert.equal(text.code, 0, text.error);
        assert.match(text.out, seen);
        const { out } = await run(...argv, '--json');
        assert.equal(typeof JSON.parse(out), 'object');
        return undefined;
      });
    }

    await test('exec passes on output, exit code, environment, folder, input and its time limit', async (t) => {
      const first = await run('exec', 'sh', '-c', 'echo out; echo error >&2; exit 3');
      if (lacks({ ...first, code: 1 })) {
        t.skip('this agent does not run programs');
        return;
      }
      assert.deepEqual(first, { code: 3, out: 'out\n', error: 'error\n' });
      const { out } = await run('exec', '--json', '-e', 'A=1', '--cwd', '/tmp', '--', 'sh', '-c', 'echo $A; pwd');
      const expected = { exitCode: 0, signal: null, stdout: '1\n/tmp\n', stderr: '', truncated: false };
      assert.deepEqual(JSON.parse(out), expected);
      assert.equal((await qga(['-s', agent.socket, 'exec', '-i', 'cat'], {}, 'some text')).out, 'some text');
      assert.equal((await run('exec', '--no-live', 'echo', 'x')).out, 'x\n');
      assert.equal((await run('exec', '--timeout', '0.5', 'sleep', '20')).code, 124);
      return undefined;
    });

    await test('put, get, cp and cat carry a file there and back', async () => {
      const at = (file: string): string => join(agent.folder, file);
      const bytes = Buffer.alloc(300_000, 'some bytes\n\0\xff');
      writeFileSync(at('source'), bytes);
      const put = await run('put', at('source'), at('there'));
      assert.equal(put.code, 0, put.error);
      const got = await run('get', '--json', at('there'), at('back'));
      assert.equal(got.code, 0, got.error);
      assert.deepEqual(readFileSync(at('back')), bytes);
      const [result] = JSON.parse(got.out) as { readonly bytes: number }[];
      assert.equal(result?.bytes, bytes.length);
      mkdirSync(at('folder'));
      assert.equal((await run('cp', '-q', `:${at('there')}`, at('folder'))).code, 0);
      assert.deepEqual(readFileSync(at('folder/there')), bytes);
      writeFileSync(at('text'), 'a line\n');
      assert.equal((await run('cat', at('text'), at('text'))).out, 'a line\na line\n');
      const missing = await run('cat', at('nothing'));
      assert.equal(missing.code, 1);
      assert.match(missing.error, /^qga: guest-file-open: .*No such file.*\n$/);
    });

    await test('shell runs line after line', async () => {
      const { code, out, error } = await qga(
        ['-s', agent.socket, 'shell'],
        {},
        'ping\nfile-close --handle 7\nstatus\nexit\n',
      );
      assert.equal(code, 0);
      assert.match(out, /the agent answers[^]*thawed/);
      assert.match(error, /^qga: guest-file-close: .*\n$/);
    });
  });
}
