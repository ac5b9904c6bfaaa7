import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess } from './agent-process.js';
import { chunkBorders } from './chunk-borders.js';
import type { Connection } from './connection.js';
import type { AgentProgram } from './types.js';

/** The outcome of one check; no problem means that it passed. */
export interface CheckResult {
  readonly name: string;
  readonly problem: string | undefined;
}

/** A check throws an error that says what went wrong. */
type Check = (agent: AgentProcess) => Promise<void>;

const PATIENCE_MS = 3_000;
const GARBAGE_MS = 2_000;
const DYING_CLIENTS = 50;

/** What one request may take while another client is in the way. */
const UNDISTURBED_MS = 1_000;

const CHECKS: Readonly<Record<string, Check>> = {
  'two clients with interleaved half messages are both served': interleaved,
  'clients that die within a message leave the next one served': dyingClients,
  'clients that leave without reading their replies harm nobody': unreadReplies,
  'a client that never reads costs the others nothing': neverReads,
  'a request in two pieces is answered as in one': chunkBorders,
  'two seconds of garbage': garbage,
  'a megabyte of random bytes': randomMegabyte,
};

/** What a client that never reads may cost in memory: a few of its replies, not all of them. */
const GREEDY_MEMORY_KIB = 256 * 1024;

/** Runs all checks on one agent process, which has to survive them all. */
export async function runRobustness(program: AgentProgram): Promise<CheckResult[]> {
  const agent = await AgentProcess.start(program, []);
  const pid = agent.pid;
  const results: CheckResult[] = [];
  try {
    for (const [name, check] of Object.entries(CHECKS)) {
      results.push({ name, problem: await problemOf(check, agent, pid) });
      if (!agent.alive) break;
    }
  } finally {
    await agent.stop();
  }
  return results;
}

async function problemOf(check: Check, agent: AgentProcess, pid: number | undefined): Promise<string | undefined> {
  try {
    await check(agent);
    if (!agent.alive) return 'the agent ended';
    if (agent.pid !== pid) return 'the agent is another process';
    await isServed(agent);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}${agent.alive ? '' : '; the agent ended'}`;
  }
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

/** Sends what completes a ping with this id and waits for its reply. */
async function expectPing(client: Connection, bytes: string, id: string, patienceMs = PATIENCE_MS): Promise<void> {
  await client.send(text(bytes));
  const result = await client.waitFor(text(`{"return": {}, "id": "${id}"}\n`), patienceMs);
  if (result !== 'found') throw new Error(`ping ${id}: ${result} after ${patienceMs} ms`);
}

/** A new client gets its answer. */
async function isServed(agent: AgentProcess): Promise<void> {
  const client = await agent.connect();
  try {
    await expectPing(client, '\xff\n{"execute":"guest-ping","id":"served"}\n', 'served');
  } finally {
    client.close();
  }
}

async function interleaved(agent: AgentProcess): Promise<void> {
  const first = await agent.connect();
  const second = await agent.connect();
  try {
    await first.send(text('{"execute":"guest-'));
    await second.send(text('{"execute":"gue'));
    await first.send(text('ping","id":"fi'));
    await second.send(text('st-ping","id":"sec'));
    await expectPing(second, 'ond"}', 'second');
    await expectPing(first, 'rst"}', 'first');
  } finally {
    first.close();
    second.close();
  }
}

async function dyingClients(agent: AgentProcess): Promise<void> {
  const requests = [
    '{',
    '{"execute":"guest-pi',
    '{"execute":"guest-ping","id":[[[',
    '{"execute":"guest-ping","id":"\\u12',
    '[1,2',
  ];
  for (let index = 0; index < DYING_CLIENTS; index++) {
    const client = await agent.connect();
    await client.send(text(requests[index % requests.length] ?? ''));
    client.close();
  }
}

async function unreadReplies(agent: AgentProcess): Promise<void> {
  for (let index = 0; index < DYING_CLIENTS; index++) {
    const client = await agent.connect();
    client.pause();
    await client.send(text('{"execute":"guest-info"}'.repeat(20)));
    client.close();
  }
}

/** The piled-up replies would be gigabytes; an agent has to stop reading from whoever does not read. */
async function neverReads(agent: AgentProcess): Promise<void> {
  const file = join(agent.directory, 'big');
  writeFileSync(file, Buffer.alloc(16 * 1024 * 1024, 'x'));
  const greedy = await agent.connect();
  const other = await agent.connect();
  try {
    const handle = await openFile(greedy, file);
    const memoryBefore = residentKib(agent.pid);
    greedy.pause();
    const read = `{"execute":"guest-file-seek","arguments":{"handle":${handle},"offset":0,"whence":0}}
{"execute":"guest-file-read","arguments":{"handle":${handle},"count":8388608}}\n`;
    void greedy.send(text(read.repeat(200)));
    for (let index = 0; index < 20; index++) {
      await expectPing(other, `{"execute":"guest-ping","id":"other-${index}"}`, `other-${index}`, UNDISTURBED_MS);
      await sleep(50);
    }
    const growth = residentKib(agent.pid) - memoryBefore;
    if (growth > GREEDY_MEMORY_KIB) throw new Error(`the agent grew by ${Math.round(growth / 1024)} MiB`);
  } finally {
    greedy.close();
    other.close();
  }
}

function residentKib(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

async function openFile(client: Connection, path: string): Promise<string> {
  const open = `{"execute":"guest-file-open","arguments":{"path":${JSON.stringify(path)}}}`;
  await expectPing(client, `${open}{"execute":"guest-ping","id":"opened"}`, 'opened');
  const handle = /\{"return": (\d+)\}/.exec(client.take().toString('latin1'))?.[1];
  if (handle === undefined) throw new Error('guest-file-open failed');
  return handle;
}

async function garbage(agent: AgentProcess): Promise<void> {
  const client = await agent.connect();
  const end = Date.now() + GARBAGE_MS;
  try {
    while (Date.now() < end) await client.send(randomBytes(1 + Math.floor(Math.random() * 5000)));
    await expectPing(client, '\xff\n{"execute":"guest-ping","id":"after"}\n', 'after', 5 * PATIENCE_MS);
  } finally {
    client.close();
  }
}

async function randomMegabyte(agent: AgentProcess): Promise<void> {
  const client = await agent.connect();
  try {
    await client.send(randomBytes(1024 * 1024));
    await expectPing(client, '\xff\n{"execute":"guest-ping","id":"after"}\n', 'after', 5 * PATIENCE_MS);
  } finally {
    client.close();
  }
}
