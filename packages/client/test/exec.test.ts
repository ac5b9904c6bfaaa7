import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { CommandError, connect, ExecError } from '../dist/node/index.js';
import { agents, startAgent } from './running-agent.js';

const stock = agents;
const leftovers = (): string[] => readdirSync('/tmp').filter((name) => name.startsWith('qga-exec-'));

async function failure(work: Promise<unknown>): Promise<ExecError> {
  const error: unknown = await work.then(
    () => assert.fail('it worked'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ExecError, String(error));
  return error;
}

for (const { name, command } of stock) {
  await test(`exec with ${name}`, { timeout: 60_000 }, async (t) => {
    const agent = await startAgent(command);
    const guest = await connect(agent.socket);
    const sh = (script: string, options = {}): ReturnType<typeof guest.exec> =>
      guest.exec('sh', ['-c', script], options);

    await t.test('exit code, both streams, input', async () => {
      const result = await sh('cat; echo wrong >&2; exit 3', { stdin: 'größe\0' });
      assert.deepEqual([result.exitCode, result.signal, result.ok], [3, null, false]);
      assert.deepEqual([result.stdoutText, result.stderrText], ['größe\0', 'wrong\n']);
      assert.equal((await sh('kill -9 $$')).signal, 9);
    });

    await t.test('what cannot be started is the agent’s refusal', async () => {
      await assert.rejects(guest.exec('/nonexistent'), CommandError);
    });

    await t.test('folder, environment, user', async () => {
      const result = await sh('pwd; echo "$A"; id -un; echo "$HOME"; umask', {
        cwd: '/usr',
        env: { A: 'it\'s\n"two" $lines' },
        user: 'daemon',
      });
      assert.equal(result.stdoutText, `/usr\nit's\n"two" $lines\ndaemon\n/usr/sbin\n0022\n`);
      assert.equal(result.ok, true);
    });

    await t.test('exit code and signal through the wrapper', async () => {
      assert.equal((await sh('exit 125', { cwd: '/' })).exitCode, 125);
      assert.equal((await sh('kill -15 $$', { cwd: '/' })).signal, 15);
      assert.equal((await guest.exec('/nonexistent', [], { cwd: '/' })).exitCode, 127);
    });

    await t.test('what the wrapper cannot do', async () => {
      assert.match((await failure(sh('true', { cwd: '/nonexistent' }))).message, /cannot change to the folder/);
      assert.match((await failure(sh('true', { user: 'nosuchuser' }))).message, /there is no user/);
      await assert.rejects(sh('true', { user: 'x; reboot' }), TypeError);
      await assert.rejects(sh('true', { env: { 'A;B': '' } }), TypeError);
    });

    await t.test('a time-out kills all that was started', async () => {
      const start = performance.now();
      const error = await failure(sh('echo early; sleep 61.5 & sleep 61.5', { timeout: 300 }));
      assert.deepEqual([error.reason, Buffer.from(error.stdout).toString()], ['timeout', 'early\n']);
      assert.ok(performance.now() - start < 5000);
      assert.equal(
        (await sh('for i in 1 2 3 4 5; do pgrep -fx "sleep 61.5" >/dev/null || exit 0; sleep 0.1; done; echo left'))
          .stdoutText,
        '',
      );
    });

    await t.test('a signal calls it off', async () => {
      const error = await failure(sh('sleep 30', { signal: AbortSignal.timeout(200) }));
      assert.equal(error.reason, 'cancelled');
    });

    await t.test('output while it runs, and background children do not hold up the end', async () => {
      const seen: { text: string; at: number }[] = [];
      const start = performance.now();
      const result = await sh('echo one; sleep 0.5; echo two; sleep 20 & exit 4', {
        onStdout: (bytes: Uint8Array) => {
          seen.push({ text: Buffer.from(bytes).toString(), at: performance.now() - start });
        },
      });
      assert.equal(result.exitCode, 4);
      assert.deepEqual(
        seen.map(({ text }) => text),
        ['one\n', 'two\n'],
      );
      assert.ok((seen[0]?.at ?? 0) < 450, 'the first line came before the second was written');
      assert.ok(performance.now() - start < 5000);
      await sh('pkill -fx "sleep 20"');
    });

    await t.test('large input, and output that is too large', async () => {
      const input = new Uint8Array(3_000_000).fill(65);
      assert.equal((await guest.exec('wc', ['-c'], { stdin: input })).stdoutText.trim(), '3000000');
      const loud = { maxOutput: 1000, cwd: '/' };
      assert.equal((await failure(sh('yes', loud))).reason, 'truncated');
      const cut = await sh('yes | head -c 5000', { ...loud, allowTruncated: true });
      assert.deepEqual([cut.stdout.length, cut.truncated], [1000, true]);
      assert.equal((await failure(sh('yes | head -c 5000', { maxOutput: 1000 }))).reason, 'truncated');
    });

    await t.test('nothing is left in the guest', () => {
      assert.deepEqual(leftovers(), []);
    });

    guest.close();
    await agent.stop();
  });
}
