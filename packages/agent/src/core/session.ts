import { ChannelClosedError, Framer, type ByteChannel, type ByteKernels } from '@qga/protocol';
import type { Clock } from '../platform.js';
import { callerOf } from './caller.js';
import type { Dispatcher } from './dispatcher.js';
import type { Log } from './log.js';

/** How long a client may refuse to take a reply, in milliseconds; a client that is gone for good must not keep its place. */
const WRITE_LIMIT = 60_000;

/** What all sessions of a server share. */
export interface SessionParts {
  readonly kernels: ByteKernels;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
}

/**
 * Serves one client: reads requests, answers them one after the other, in order. While a command runs or the client does not
 * take a reply nothing more is read from it, so it can neither flood the agent nor make it hold more than one chunk.
 */
export async function serve(channel: ByteChannel, parts: SessionParts): Promise<void> {
  const { kernels, dispatcher, log } = parts;
  const framer = new Framer(kernels);
  const caller = callerOf(channel);
  log.write('debug', `client connected: ${channel.peer}`);
  try {
    for await (const chunk of channel.chunks) {
      if (log.shows('debug')) log.write('debug', `read data, count: ${String(chunk.length)}`);
      for (const frame of framer.push(chunk)) {
        const reply = await dispatcher.answer(frame, caller);
        if (reply !== undefined) await send(channel, parts, reply);
      }
    }
    log.write('debug', `client left: ${channel.peer}${framer.midMessage ? ', in the middle of a message' : ''}`);
  } catch (error) {
    if (!(error instanceof ChannelClosedError)) throw error;
    log.write('debug', `client lost: ${channel.peer}: ${error.message}`);
  } finally {
    channel.close();
  }
}

async function send(channel: ByteChannel, { clock, log }: SessionParts, reply: readonly Uint8Array[]): Promise<void> {
  const cancel = clock.after(WRITE_LIMIT, () => {
    log.write('warning', `${channel.peer} did not take a reply for ${String(WRITE_LIMIT / 1000)} s and is dropped`);
    channel.close();
  });
  try {
    await channel.write(reply);
  } finally {
    cancel();
  }
}
