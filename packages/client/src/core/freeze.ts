import type { QgaFreeze, QgaFreezeReport } from '@qga/protocol';
import type { Caller } from './call.js';
import type { Capabilities } from './capabilities.js';
import { pause, type Clock } from './environment.js';
import { CommandError, ConnectError, FreezeExpiredError, FrozenError } from './errors.js';
import { REPORT_LIMIT, THAW_PATIENCE, THAW_PAUSE } from './limits.js';
import { orCancelled, refuseIfCancelled, type CancelSignal } from './signal.js';

/** How to freeze; times in milliseconds. */
export interface FreezeOptions {
  /** only these mount points, spelt as guest-get-fsinfo spells them; default: all that can be frozen */
  readonly mountpoints?: string[];
  /** how long the guest may stay frozen: then it is thawed even though the work still runs; default: as long as the work takes */
  readonly ttl?: number;
  /** thaws early and gives up on the work */
  readonly signal?: CancelSignal | undefined;
  /** how long the freeze may take; default 10 minutes */
  readonly freezeLimit?: number;
  /** how long one thaw may take; default 3 minutes */
  readonly thawLimit?: number;
  /** how long a thaw that fails is tried again, with new connections if need be; default 3 minutes */
  readonly patience?: number;
}

/** What withFrozenFilesystems did. */
export interface Frozen<T> {
  /** what the work returned */
  readonly value: T;
  /** how many filesystems were frozen; with 0 the work ran on a guest that went on writing */
  readonly frozen: number;
  /** how many the thaw that was answered thawed; fewer than `frozen` when an earlier thaw worked but its answer was lost */
  readonly thawed: number;
  /** whether as many were thawed as were frozen; if not, part of the guest may have been writable during the work */
  readonly matched: boolean;
  /** from the answer to the freeze to the answer to the thaw */
  readonly milliseconds: number;
  /**
   * what the agent tells of this freeze: when it began, each mount point, how it ended. Only of agents that have
   * `__qga_fsfreeze-report`
   */
  readonly report?: QgaFreeze;
}

/** What freezing needs of a guest. */
export interface Freezer extends Caller {
  /** See Guest.capabilities. */
  capabilities(): Promise<Capabilities>;
  /** Leaves a thaw in the agent's queue without waiting for it; does nothing without a connection. */
  postThaw(): void;
}

/** See Guest.withFrozenFilesystems. */
export async function withFrozen<T>(
  guest: Freezer,
  clock: Clock,
  work: (frozen: number) => T | Promise<T>,
  options: FreezeOptions,
): Promise<Frozen<T>> {
  refuseIfCancelled(options.signal);
  const frozen = await freeze(guest, clock, options);
  const start = clock.now();
  let value: T;
  try {
    value = await orCancelled(withinTtl(clock, options.ttl, work, frozen), options.signal);
  } catch (error) {
    await thaw(guest, clock, options, error);
    throw error;
  }
  const thawed = await thaw(guest, clock, options, undefined);
  const milliseconds = clock.now() - start;
  const report = await reportOfThawed(guest);
  const what = { value, frozen, thawed, matched: thawed === frozen, milliseconds };
  return report === undefined ? what : { ...what, report };
}

/** See Guest.freezeReport. */
export async function freezeReport(
  guest: Pick<Freezer, 'call' | 'capabilities'>,
): Promise<QgaFreezeReport | undefined> {
  // an agent that does not know a command would write that down as an error
  if (!(await guest.capabilities()).can('__qga_fsfreeze-report')) return undefined;
  return guest.call('__qga_fsfreeze-report', {}, { limit: REPORT_LIMIT });
}

/** @returns the report of the freeze that was just thawed; undefined when there is none, since the work is done without it as well */
async function reportOfThawed(guest: Freezer): Promise<QgaFreeze | undefined> {
  const last = await freezeReport(guest).then(
    (report) => report?.last,
    () => undefined,
  );
  // one that has not ended is somebody else's
  return last?.ended === undefined ? undefined : last;
}

/** @throws FreezeExpiredError when the work takes longer */
function withinTtl<T>(
  clock: Clock,
  ttl: number | undefined,
  work: (frozen: number) => T | Promise<T>,
  frozen: number,
): Promise<T> {
  // a function that throws at once must not get past the thaw
  const working = Promise.resolve(frozen).then(work);
  if (ttl === undefined) return working;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ttl, () => {
      reject(
        new FreezeExpiredError(`thawed after ${ttl / 1000} s although the work was not done; its result is worthless`),
      );
    });
    working.then(resolve, reject).finally(cancel);
  });
}

async function freeze(guest: Freezer, clock: Clock, options: FreezeOptions): Promise<number> {
  const { mountpoints, freezeLimit } = options;
  const limit = freezeLimit === undefined ? {} : { limit: freezeLimit };
  try {
    return mountpoints === undefined
      ? await guest.call('guest-fsfreeze-freeze', {}, limit)
      : await guest.call('guest-fsfreeze-freeze-list', { mountpoints }, limit);
  } catch (error) {
    if (await mayHaveFrozen(guest, error)) await thaw(guest, clock, options, error);
    throw error;
  }
}

/** Whether a freeze that failed may have left something frozen. */
async function mayHaveFrozen(guest: Freezer, error: unknown): Promise<boolean> {
  if (error instanceof ConnectError || error instanceof TypeError) return false;
  if (!(error instanceof CommandError)) return true;
  // the command is not there, or not allowed: perhaps because somebody else froze the guest, and it is for them to thaw it
  if (error.errorClass === 'CommandNotFound') return false;
  return isFrozen(guest);
}

/** What the agent says; when it cannot be asked, the worse is assumed. */
async function isFrozen(guest: Freezer): Promise<boolean> {
  try {
    return (await guest.call('guest-fsfreeze-status')) === 'frozen';
  } catch {
    return true;
  }
}

/**
 * Thaws, again and again until the agent says that it did.
 * @param earlier what went wrong before, for the error
 * @returns how many filesystems were thawed
 * @throws CommandError when all is thawed but the guest's hook failed; FrozenError when time is up
 */
async function thaw(guest: Freezer, clock: Clock, options: FreezeOptions, earlier: unknown): Promise<number> {
  const { thawLimit, patience = THAW_PATIENCE } = options;
  const end = clock.now() + patience;
  for (;;) {
    try {
      return await guest.call('guest-fsfreeze-thaw', {}, thawLimit === undefined ? {} : { limit: thawLimit });
    } catch (cause) {
      if (cause instanceof CommandError && !(await isFrozen(guest))) throw cause;
      if (clock.now() >= end) {
        // the agent may only be busy: then it finds this one day
        guest.postThaw();
        throw new FrozenError(
          'THE FILESYSTEMS OF THE GUEST MAY STILL BE FROZEN: thawing failed, the last time with: ' +
            (cause instanceof Error ? cause.message : String(cause)),
          { cause, earlier },
        );
      }
      await pause(clock, THAW_PAUSE);
    }
  }
}
