import { AgentError } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { isErrno } from '../core/system-error.js';
import { EBUSY, EOPNOTSUPP, FIFREEZE, FITHAW, O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { Mount } from '../linux/mountinfo.js';
import type { FileDescriptor } from '../platform.js';
import { listMounts } from './mounts.js';

/** A filesystem may have been frozen more than once; it is thawed as often, but not for ever. */
const THAWS_A_FILESYSTEM = 64;

export const fsfreezeCommands = {
  'guest-fsfreeze-status': {
    run: (_, { state }) => (state.frozen ? 'frozen' : 'thawed'),
    whileFrozen: true,
  },
  'guest-fsfreeze-freeze': {
    run: (_, context) => context.freezes.turn.run(() => freeze(context, undefined)),
  },
  'guest-fsfreeze-freeze-list': {
    run: ({ mountpoints }, context) => context.freezes.turn.run(() => freeze(context, mountpoints)),
  },
  'guest-fsfreeze-thaw': {
    run: (_, context) => thawAll(context),
    whileFrozen: true,
  },
} satisfies Partial<CommandSet>;

/**
 * Thaws everything: what this agent froze, and whatever else is frozen on a mounted block device.
 * @returns how many filesystems were thawed
 * @throws AgentError when the mounts cannot be listed (the agent stays frozen) or the hook fails (everything is thawed)
 */
export function thawAll(context: Context): Promise<number> {
  return context.freezes.turn.run(() => thaw(context));
}

async function freeze(context: Context, only: readonly string[] | undefined): Promise<number> {
  const { guard, log, paths, platform, policy, state } = context;
  // another client's freeze may have come first while this one waited for its turn
  policy.check(only === undefined ? 'guest-fsfreeze-freeze' : 'guest-fsfreeze-freeze-list');
  await guard.checkFreeze(async () => only ?? (await listMounts(platform, paths)).map((mount) => mount.mountpoint));
  log.record('guest-fsfreeze called');
  await runHook(context, 'freeze');
  let count: number;
  try {
    const mounts = await listMounts(platform, paths);
    await state.enterFrozen();
    count = await freezeMounts(context, mounts, only);
  } catch (error) {
    await rollBack(context);
    throw error;
  }
  // nothing to hold still: the services that the hook stopped must not wait for a thaw that nobody will ask for
  if (count === 0) await rollBack(context);
  return count;
}

/** Last mounted first, so that a filesystem in a file is frozen before the one that holds the file. */
async function freezeMounts(
  context: Context,
  mounts: readonly Mount[],
  only: readonly string[] | undefined,
): Promise<number> {
  const wanted = only === undefined ? undefined : new Set(only);
  let count = 0;
  for (const { mountpoint } of mounts.toReversed()) {
    if (wanted !== undefined && !wanted.has(mountpoint)) continue;
    if (await freezeOne(context, mountpoint)) count += 1;
  }
  return count;
}

/** @returns false when the filesystem cannot be frozen or is frozen already */
async function freezeOne({ freezes, platform }: Context, mountpoint: string): Promise<boolean> {
  let directory: FileDescriptor;
  try {
    directory = await platform.files.open(mountpoint, O_RDONLY | O_CLOEXEC);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to open ${mountpoint}: ${error.message}`);
  }
  try {
    await platform.files.ioctl(directory, FIFREEZE);
    freezes.hold(directory);
    return true;
  } catch (error) {
    await platform.files.close(directory);
    if (isErrno(error, EOPNOTSUPP, EBUSY)) return false;
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to freeze ${mountpoint}: ${error.message}`);
  }
}

/** Undoes a freeze that failed or froze nothing; why it failed is told by the freeze, not by this. */
async function rollBack(context: Context): Promise<void> {
  try {
    await (context.state.frozen ? thaw(context) : runHook(context, 'thaw'));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    context.log.write('warning', `after a freeze that did not hold: ${error.message}`);
  }
}

async function thaw(context: Context): Promise<number> {
  const { freezes, log, paths, platform, state } = context;
  let count = 0;
  for (const directory of freezes.release().toReversed()) count += await thawOpen(context, directory);
  for (const { mountpoint } of await listMounts(platform, paths)) count += await thawMount(context, mountpoint);
  await state.leaveFrozen();
  log.record('guest-fsthaw called');
  await runHook(context, 'thaw');
  return count;
}

async function thawMount(context: Context, mountpoint: string): Promise<number> {
  try {
    return await thawOpen(context, await context.platform.files.open(mountpoint, O_RDONLY | O_CLOEXEC));
  } catch (error) {
    if (isErrno(error)) return 0;
    throw error;
  }
}

/** Thaws the filesystem of an open directory and closes it. @returns 1 when it was frozen, else 0 */
async function thawOpen({ platform }: Context, directory: FileDescriptor): Promise<number> {
  let thaws = 0;
  try {
    for (; thaws < THAWS_A_FILESYSTEM; thaws++) await platform.files.ioctl(directory, FITHAW);
  } catch (error) {
    if (!isErrno(error)) throw error;
  } finally {
    await platform.files.close(directory);
  }
  return thaws > 0 ? 1 : 0;
}

async function runHook(context: Context, action: 'freeze' | 'thaw'): Promise<void> {
  const { fsfreezeHook, helpers, log } = context;
  if (fsfreezeHook === undefined) return;
  log.record(`executing fsfreeze hook with arg '${action}'`);
  await helpers.run('execute fsfreeze hook', fsfreezeHook, [action]);
}
