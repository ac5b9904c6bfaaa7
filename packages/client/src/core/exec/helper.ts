import type { Commands } from '@qga/protocol';
import type { Caller } from '../call.js';
import { pause, type Environment } from '../environment.js';
import { DisconnectedError, TimeoutError } from '../errors.js';
import { persist } from '../ready.js';

/** What running programs needs of a guest. */
export interface ExecHost extends Caller {
  readonly environment: Environment;
  open(): Promise<void>;
}

/** What guest-exec-status tells. */
export type Status = Commands['guest-exec-status']['return'];

/** Pauses between two looks at a program, in milliseconds: short programs are found soon, long ones do not cost much. */
const FIRST_LOOK = 2;
export const LAST_LOOK = 200;

/** Milliseconds that a connection that breaks while a program runs is tried to be opened again. */
const PATIENCE = 30_000;

/** Asks after a program, over another connection if need be. */
export async function statusOf(host: ExecHost, pid: number): Promise<Status> {
  try {
    return await host.call('guest-exec-status', { pid });
  } catch (error) {
    if (!(error instanceof DisconnectedError) && !(error instanceof TimeoutError)) throw error;
    await persist(host.environment.clock, () => host.open(), PATIENCE);
    return host.call('guest-exec-status', { pid });
  }
}

/**
 * Waits until a program has ended.
 * @param look called before each look; what it throws ends the waiting
 * @param longest pause between two looks, in milliseconds
 */
export async function waitForEnd(
  host: ExecHost,
  pid: number,
  look: () => Promise<void> | void = () => undefined,
  longest = LAST_LOOK,
): Promise<Status> {
  for (let wait = FIRST_LOOK; ; wait = Math.min(wait * 1.5, longest)) {
    await look();
    const status = await statusOf(host, pid);
    if (status.exited) return status;
    await pause(host.environment.clock, wait);
  }
}

/** What a small program of ours did. */
export interface Ran {
  /** -1 when it was killed */
  readonly code: number;
  readonly out: Uint8Array;
  readonly err: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Runs a short shell script of ours and waits for its end. @throws GuestError */
export async function runScript(host: ExecHost, script: string, ...args: readonly string[]): Promise<Ran> {
  const { pid } = await host.call('guest-exec', {
    path: '/bin/sh',
    arg: ['-c', script, 'qga', ...args],
    'capture-output': true,
  });
  const status = await waitForEnd(host, pid);
  return {
    code: status.exitcode ?? -1,
    out: status['out-data'] ?? NOTHING,
    err: status['err-data'] ?? NOTHING,
  };
}
