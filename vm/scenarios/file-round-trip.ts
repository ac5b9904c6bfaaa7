import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { withLine } from '../machine/agent-line.js';
import type { AgentLine } from '../machine/agent-line.js';
import { members } from '../machine/json.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';

const kibibyte = 1024;

/** What is transferred: how much, and in pieces of what size, in bytes. */
interface Transfer {
  readonly size: number;
  readonly chunk: number;
}

/** 48 KiB is what fits into QEMU's buffers at once, 512 KiB is far more. */
export const fileRoundTrip: readonly Scenario[] = [48, 512].map((chunk) => ({
  name: `1 MiB to a file and back in chunks of ${chunk} KiB`,
  run: (machine) =>
    withLine(machine.virtioLine, (line) =>
      checkRoundTrip(machine, line, { size: 1024 * kibibyte, chunk: chunk * kibibyte }),
    ),
}));

/** Writes a file through the agent, checks it from inside the machine, and reads it back. */
export async function checkRoundTrip(machine: Machine, line: AgentLine, transfer: Transfer): Promise<void> {
  const path = '/run/round-trip';
  const data = sample(transfer.size);
  await line.sync();
  await writeFile(line, path, data, transfer.chunk);
  const sum = createHash('sha256').update(data).digest('hex');
  assert.equal(await machine.control.output(`sha256sum <${path} | cut -d' ' -f1`), sum, 'sum of the file written');
  assert.ok(data.equals(await readFile(line, path, transfer.chunk)), 'what was read back differs');
  await machine.control.output(`rm ${path}`);
}

/** Bytes of every value, without a period that a chunk's size could hide. */
function sample(size: number): Buffer {
  const data = Buffer.alloc(size);
  let state = 1;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = state >>> 24;
  }
  return data;
}

async function writeFile(line: AgentLine, path: string, data: Buffer, chunk: number): Promise<void> {
  const handle = await line.command('guest-file-open', { path, mode: 'wb' });
  for (let start = 0; start < data.length; start += chunk) {
    const part = data.subarray(start, start + chunk);
    const written = await line.command('guest-file-write', { handle, 'buf-b64': part.toString('base64') });
    assert.deepEqual(written, { count: part.length, eof: false });
  }
  await line.command('guest-file-flush', { handle });
  await line.command('guest-file-close', { handle });
}

async function readFile(line: AgentLine, path: string, chunk: number): Promise<Buffer> {
  const handle = await line.command('guest-file-open', { path, mode: 'rb' });
  const parts: Buffer[] = [];
  for (;;) {
    const part = members(await line.command('guest-file-read', { handle, count: chunk }));
    const text = part['buf-b64'];
    assert.ok(typeof text === 'string', 'buf-b64 is text');
    const bytes = Buffer.from(text, 'base64');
    assert.equal(part['count'], bytes.length);
    parts.push(bytes);
    if (part['eof'] === true) break;
  }
  await line.command('guest-file-close', { handle });
  return Buffer.concat(parts);
}
