import { Agent } from '@qga/agent/core';
import { encodedParts, Framer, type Frame } from '@qga/protocol';
import { nodeKernels } from '@qga/protocol/node';
import { inPieces, Random, seedOf } from '../random.js';
import { bytesOf, promised, textOf, type Target } from '../target.js';
import { MemoryGuest } from './memory-guest.js';
import { requestSeeds, requestWords } from './requests.js';

/** What a client sends to get in step, and what must be the last thing that it gets. */
const SYNC = bytesOf('\xff\n{"execute":"guest-sync-delimited","arguments":{"id":4711}}');
const SYNCED = '\xff{"return": 4711}\n';
/** Commands that say nothing when they succeed. */
const SILENT = /^guest-(shutdown|suspend-(disk|ram|hybrid))$/;

function mayBeSilent(frame: Frame): boolean {
  if (frame.kind === 'broken' || !(frame.value instanceof Map)) return false;
  const name = frame.value.get('execute');
  return typeof name === 'string' && SILENT.test(name);
}

/** One line of ASCII with a JSON object in it. */
function checkReply(reply: string): void {
  promised(/^\xff?\{[\x20-\x7e]*\}\n$/.test(reply), `one line of ASCII: ${JSON.stringify(reply.slice(0, 200))}`);
  const value = JSON.parse(reply.replace(/^\xff/, '')) as { error?: { desc: string } };
  promised(!(value.error?.desc.startsWith('internal error') ?? false), `no internal error: ${reply}`);
}

/** The agent's end: whatever a client sends, each message is answered once, in JSON, and the next client is served. */
export const agent: Target = {
  name: 'agent',
  seeds: requestSeeds,
  dictionary: requestWords,
  largest: 3000,
  async run(input) {
    const guest = new MemoryGuest(nodeKernels);
    const { dispatcher } = await Agent.create({ platform: guest.platform, statedir: '/state', verbose: true });
    const reader = new Framer(nodeKernels);
    let last = '';
    for (const chunk of [...inPieces(input, new Random(seedOf(input))), SYNC]) {
      for (const frame of reader.push(chunk)) {
        const reply = await dispatcher.answer(frame);
        promised(reply !== undefined || mayBeSilent(frame), 'every message is answered');
        if (reply === undefined) continue;
        last = textOf(Buffer.concat(encodedParts(reply)));
        checkReply(last);
      }
    }
    promised(last === SYNCED, `a sync is answered whatever came before it, not by ${last}`);
    promised(!guest.log.join('').includes('internal error'), 'no internal error in the log');
  },
};
