import { encodedParts, Framer, plainKernels, PushQueue, type ByteChannel } from '@qga/protocol';
import type { Agent } from '../../dist/agent.js';

/** Sends one request to an agent without any channel. @returns the reply's line, or nothing where the agent is silent */
export async function call(agent: Agent, request: string): Promise<string> {
  let text = '';
  for (const frame of new Framer(plainKernels).push(Buffer.from(`${request}\n`))) {
    const reply = await agent.dispatcher.answer(frame);
    if (reply !== undefined) text += Buffer.concat(encodedParts(reply)).toString('latin1');
  }
  return text;
}

/** A request as clients write it. */
export function request(execute: string, args?: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(args === undefined ? { execute } : { execute, arguments: args });
}

/** A channel whose other end is the test. */
export class MemoryChannel implements ByteChannel {
  readonly peer = 'test';
  readonly chunks = new PushQueue<Uint8Array>();
  /** what was written so far */
  written = '';
  closed = false;
  /** while set, a write waits for it */
  gate: Promise<void> | undefined;

  write: ByteChannel['write'] = async (parts) => {
    await this.gate;
    this.written += Buffer.concat(parts).toString('latin1');
  };

  close(): void {
    this.closed = true;
    this.chunks.end();
  }

  send(text: string): void {
    this.chunks.push(Buffer.from(text, 'latin1'));
  }
}
