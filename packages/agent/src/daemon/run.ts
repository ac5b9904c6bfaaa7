import type { Listener } from '@qga/protocol';
import type { Agent } from '../agent.js';
import { Server } from '../core/server.js';
import type { Clock, Platform } from '../platform.js';
import { TransportError } from '../transports/transport-error.js';
import type { StopSignal } from './stop.js';

/** Pause before a channel that failed is tried again, in milliseconds. */
const RETRY = 5000;

export interface RunOptions {
  readonly agent: Agent;
  readonly platform: Platform;
  readonly open: () => Listener | Promise<Listener>;
  /** what is opened, for the log */
  readonly name: string;
  /** try again when the channel cannot be opened or breaks */
  readonly retry: boolean;
  /** called once, when the channel is open or, with `retry`, has failed for the first time */
  readonly ready: () => void;
  readonly stop: StopSignal;
}

/**
 * Serves the channel until told to stop, or until it breaks and is not to be tried again.
 * @returns why it ended
 * @throws TransportError when the channel cannot be opened and is not to be tried again
 */
export async function run(options: RunOptions): Promise<'stopped' | 'broken'> {
  const { agent, open, platform, retry, stop } = options;
  let ready: (() => void) | undefined = options.ready;
  for (;;) {
    try {
      const listener = await open();
      ready?.();
      ready = undefined;
      await serveUntilBroken(options, listener);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      agent.log.write('critical', error.message);
      if (!retry && ready !== undefined) throw error;
    }
    if (stop.stopped) return 'stopped';
    if (!retry) return 'broken';
    ready?.();
    ready = undefined;
    agent.log.write('warning', `waiting ${String(RETRY / 1000)} s before ${options.name} is opened again`);
    if (await stoppedWithin(platform.clock, RETRY, stop)) return 'stopped';
  }
}

async function serveUntilBroken({ agent, platform, stop }: RunOptions, listener: Listener): Promise<void> {
  const { dispatcher, limits, log } = agent;
  const { clock, kernels } = platform;
  const server = new Server(listener, { kernels, clock, dispatcher, log, limits });
  log.write('info', `listening on ${listener.address}`);
  const release = stop.onStop(() => void server.stop());
  try {
    await server.run();
  } finally {
    release();
    await server.stop();
  }
}

/** Lets that much time pass, or less. @returns whether the agent is to stop */
function stoppedWithin(clock: Clock, milliseconds: number, stop: StopSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      release();
      resolve(stop.stopped);
    };
    let release = (): void => undefined;
    const cancel = clock.after(milliseconds, done);
    release = stop.onStop(done);
  });
}
