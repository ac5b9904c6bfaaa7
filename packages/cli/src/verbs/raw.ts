import { once } from 'node:events';
import { ConnectError, parseTarget, TimeoutError, nodeEnvironment, type Exchanger } from '@qga/client';
import { commandTables, Framer, type ByteChannel, type CommandTable, type JsonValue } from '@qga/protocol';
import { parseJson } from '../json.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

const LIMIT = 30_000;

/** Sends one JSON text as it is, known to the schema or not, and prints the reply as it came. */
export const verb: Verb = {
  setUp: (command) => {
    command.argument('<JSON>', `such as '{"execute": "guest-ping"}'; - reads it from standard input`);
  },
  run: async (context, { words }) => {
    const text = words[0] === '-' ? await readInput() : (words[0] ?? '');
    const request = parseJson(text);
    if (!(request instanceof Map)) throw new UsageError('this is not one JSON object');
    const limit = context.globals.timeout ?? LIMIT;
    const channel = await parseTarget(context.one.target).open();
    try {
      const reply =
        'exchange' in channel
          ? await channel.exchange(tableOf(request), Buffer.from(text), limit)
          : await converse(channel, text, limit);
      if (reply === undefined) throw new TimeoutError('no answer');
      if (!process.stdout.write(`${Buffer.from(reply).toString('latin1').trim()}\n`))
        await once(process.stdout, 'drain');
    } finally {
      channel.close();
    }
    return 0;
  },
};

async function readInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}

/** What an exchanger wants to know about the command; an unknown one is taken for one that answers. */
function tableOf(request: ReadonlyMap<string, JsonValue>): Parameters<Exchanger['exchange']>[0] {
  const name = request.get('execute');
  return Object.values(commandTables).find((table: CommandTable) => table.name === name) ?? commandTables['guest-ping'];
}

/** Gets in step by a sync, sends, and takes the first line that comes. */
async function converse(channel: ByteChannel, text: string, limit: number): Promise<Uint8Array> {
  const id = nodeEnvironment.random();
  const late = setTimeout(() => channel.close(), limit);
  const framer = new Framer(nodeEnvironment.kernels);
  let synced = false;
  let reply: Buffer = Buffer.alloc(0);
  try {
    await channel.write([
      Uint8Array.of(0xff),
      Buffer.from(`{"execute": "guest-sync-delimited", "arguments": {"id": ${String(id)}}}\n`),
    ]);
    for await (const chunk of channel.chunks) {
      let rest = Buffer.from(chunk);
      while (!synced && rest.length > 0) {
        const end = rest.indexOf(10) + 1;
        const line = end === 0 ? rest : rest.subarray(0, end);
        rest = rest.subarray(line.length);
        for (const frame of framer.push(line)) {
          synced ||= frame.kind === 'message' && frame.value instanceof Map && frame.value.get('return') === id;
        }
        if (synced) await channel.write([Buffer.from(`${text}\n`)]);
      }
      reply = Buffer.concat([reply, rest]);
      if (synced && reply.includes(10)) return reply.subarray(0, reply.indexOf(10));
    }
  } finally {
    clearTimeout(late);
  }
  if (!synced) throw new ConnectError('silent', `${channel.peer} does not answer`);
  throw new TimeoutError('no answer; whether it ran is unknown');
}
