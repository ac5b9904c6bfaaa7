import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { boundedFiles, MOST_CALLS } from '../dist/core/bounded-files.js';
import type { Clock, Files } from '../dist/platform.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Files of which every call hangs until it is let go. */
function hangingFiles(): { files: Files; begun: string[]; letGo: (() => void)[] } {
  const begun: string[] = [];
  const letGo: (() => void)[] = [];
  const stat = (path: string): Promise<unknown> => {
    begun.push(path);
    return new Promise((resolve) => letGo.push(() => resolve({ mode: 0 })));
  };
  return { files: { stat } as unknown as Files, begun, letGo };
}

suite('calls on files for clients', () => {
  const late: (() => void)[] = [];
  const clock = { after: (_, callback) => (late.push(callback), () => undefined) } as Pick<Clock, 'after'> as Clock;

  test('only so many are under way at a time, the others follow in order', async () => {
    const { begun, files, letGo } = hangingFiles();
    const bounded = boundedFiles(files, clock);
    const calls = Array.from({ length: MOST_CALLS + 2 }, (_, at) => bounded.stat(`/${String(at)}`));
    await settle();
    assert.equal(begun.length, MOST_CALLS);
    letGo[3]?.();
    await calls[3];
    await settle();
    assert.equal(begun.at(-1), `/${String(MOST_CALLS)}`);
    letGo[5]?.();
    await settle();
    assert.equal(begun.at(-1), `/${String(MOST_CALLS + 1)}`);
  });

  test('a call whose turn does not come fails and says why, and takes nobody’s turn later', async () => {
    const { begun, files, letGo } = hangingFiles();
    const bounded = boundedFiles(files, clock);
    for (let at = 0; at < MOST_CALLS; at++) void bounded.stat('/dead');
    late.length = 0;
    const refused = bounded.stat('/late');
    const patient = bounded.stat('/patient');
    late[0]?.();
    await assert.rejects(refused, /^AgentError: 16 calls on files have not come back for 30 s: a disk or a server/);
    letGo[0]?.();
    await settle();
    assert.equal(begun.at(-1), '/patient');
    letGo.at(-1)?.();
    assert.deepEqual(await patient, { mode: 0 });
  });

  test('a call that fails makes room as well', async () => {
    const files = { stat: () => Promise.reject(new Error('no')) } as unknown as Files;
    const bounded = boundedFiles(files, clock);
    for (let at = 0; at < 3 * MOST_CALLS; at++) await assert.rejects(bounded.stat('/x'), /no/);
  });
});
