import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { ask, connect, nativeHost, temporaryFolder } from './support/agent-process.js';

const [BINARY] = nativeHost.command;
/** the sanitizers keep memory of their own */
const skip = process.env['ASAN_OPTIONS'] === undefined ? nativeHost.missing : 'the sanitizers need memory';
/** measured: 1992 KiB, and 2272 when the bytecode's pages stay and all memory is malloc's */
const MOST_RESIDENT_KIB = 2160;

suite('memory of the idle native agent', { skip }, () => {
  let place: ReturnType<typeof temporaryFolder>;
  let agent: ChildProcess;
  beforeEach(async () => {
    place = temporaryFolder();
    const socket = path.join(place.folder, 'socket');
    const options = ['-m', 'unix-listen', '-p', socket, '-t', place.folder, '-f', path.join(place.folder, 'pid')];
    agent = spawn(BINARY, options, { stdio: 'ignore' });
    const client = await connect(socket);
    assert.equal(await ask(client, '{"execute":"guest-ping"}'), '{"return": {}}\n');
    client.destroy();
  });
  afterEach(() => {
    agent.kill('SIGKILL');
    place.remove();
  });

  test('what it read once is not kept', () => {
    const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
    const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    assert.ok(resident > 0 && resident <= MOST_RESIDENT_KIB, `${resident} KiB`);
  });
});
