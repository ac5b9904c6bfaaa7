import type { Listener } from '@qga/protocol';
import type { Agent } from '../agent.js';
import type { Method } from '../core/options.js';
import { Server } from '../core/server.js';
import type { Platform } from '../platform.js';
import { transports } from './transports/index.js';
import { TransportError } from './transports/transport-error.js';

/** Pause before a channel that failed is tried again, in milliseconds. */
const RETRY = 5000;

export interface RunOptions {
  readonly agent: Agent;
  readonly platform: Platform;
  readonly method: Method;
  readonly path: string;
  /** try again when the channel cannot be opened or breaks */
  readonly retry: boolean;
  /** called once, when the channel is open or, with `retry`, has failed for the first time */
  readonly ready: () => void;
  /** aborted: stop */
  readonly stop: AbortSignal;
}

/**
 * Serves the channel until told to stop, or until it breaks and is not to be tried again.
 * @returns why it ended
 * @throws TransportError when the channel cannot be opened and is not to be tried again
 */
export async function run(options: RunOptions): Promise<'stopped' | 'broken'> {
  const { agent, method, path, retry, stop } = options;
  const stopped = (): boolean => stop.aborted;
  let ready: (() => void) | undefined = options.ready;
  for (;;) {
    try {
      const listener = await transports[method](path);
      ready?.();
      ready = undefined;
      await serveUntilBroken(options, listener);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      agent.log.write('critical', error.message);
      if (!retry && ready !== undefined) throw error;
    }
    if (stopped()) return 'stopped';
    if (!retry) return 'broken';
    ready?.();
    ready = undefined;
    agent.log.write('warning', `waiting ${String(RETRY / 1000)} s before ${path} is opened again`);
    await pause(RETRY, stop);
    if (stopped()) return 'stopped';
  }
}

async function serveUntilBroken({ agent, platform, stop }: RunOptions, listener: Listener): Promise<void> {
  const { dispatcher, log } = agent;
  const server = new Server(listener, { kernels: platform.kernels, clock: platform.clock, dispatcher, log });
  const onStop = (): void => void server.stop();
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  log.write('info', `listening on ${listener.address}`);
  try {
    await server.run();
  } finally {
    stop.removeEventListener('abort', onStop);
    await server.stop();
  }
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
    stop.addEventListener('abort', done);
  });
}
