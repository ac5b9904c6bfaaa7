import type { AgentProcess } from './agent-process.js';
import type { Connection } from './connection.js';

const ROUNDS = 400;
const PATIENCE_MS = 3_000;

/** Ids of requests: plain ones, and some with what JSON has beside that. */
const IDS: readonly string[] = [
  ...[
    '"plain"',
    '-12',
    '123456789012345',
    'null',
    '[true,[false,{"a":[]}],{}]',
    ' { "a" : 1 , "b" : [ 1 , 2 ] }\t',
    '""',
  ],
  ...[
    `"${'x'.repeat(70)}"`,
    `"${'QUJD'.repeat(500)}"`,
    '{"a":{"a":{"a":{"a":{"a":1}}}}}',
    '['.repeat(17) + ']'.repeat(17),
  ],
  ...[
    '"\\u00e9\\n"',
    "'single'",
    '"\xc3\xa9"',
    '1.5',
    '1e3',
    '18446744073709551615',
    '{"a":1,"a":2}',
    '01',
    '[1,]',
    'nul',
  ],
];
const BYTES = '{}[]:,"\'\\ \n0123eE.-+tfnux\x00\x1f\x7f\x80\xc3\xa9\xfe\xffaZ';

function pick<T>(from: ArrayLike<T>): T {
  return from[Math.floor(Math.random() * from.length)] as T;
}

/** A ping, in half of the cases with a few bytes changed, removed or added. */
function randomRequest(): string {
  const letters = Array.from(`{"execute":"guest-ping","id":${pick(IDS)}}`);
  for (let left = Math.floor(Math.random() * 4); left > 0; left--) {
    const removed = Math.random() < 0.7 ? 1 : 0;
    letters.splice(Math.floor(Math.random() * letters.length), removed, ...(Math.random() < 0.7 ? [pick(BYTES)] : []));
  }
  return letters.join('');
}

async function waitFor(client: Connection, text: string): Promise<void> {
  const result = await client.waitFor(Buffer.from(text, 'latin1'), PATIENCE_MS);
  if (result !== 'found') throw new Error(`${text.trim()}: ${result}`);
}

/** What an agent answers to these parts, up to the answer to a sync that follows them. */
async function answers(client: Connection, other: Connection, parts: readonly string[], id: number): Promise<string> {
  for (const part of parts) {
    await client.send(Buffer.from(part, 'latin1'));
    // when another client has its answer, the part was read before the next one is sent
    await other.send(Buffer.from(`{"execute":"guest-sync","arguments":{"id":${id}}}\n`));
    await waitFor(other, `{"return": ${id}}\n`);
    other.take();
  }
  await client.send(Buffer.from(`\n\xff{"execute":"guest-sync","arguments":{"id":${id}}}\n`, 'latin1'));
  await waitFor(client, `{"return": ${id}}\n`);
  return client.take().toString('latin1');
}

/** A request gets the same answer whether it comes in one piece or in two. @throws Error with a request that does not */
export async function chunkBorders(agent: AgentProcess): Promise<void> {
  const client = await agent.connect();
  const other = await agent.connect();
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      const request = randomRequest();
      const cut = 1 + Math.floor(Math.random() * (request.length - 1));
      const whole = await answers(client, other, [request], round);
      const halves = await answers(client, other, [request.slice(0, cut), request.slice(cut)], round);
      if (whole === halves) continue;
      const [asked, one, two] = [request, whole, halves].map((text) => JSON.stringify(text));
      throw new Error(`${asked ?? ''} whole: ${one ?? ''}, but cut at ${cut}: ${two ?? ''}`);
    }
  } finally {
    client.close();
    other.close();
  }
}
