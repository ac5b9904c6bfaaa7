import { AgentError, type QgaFreezeMount } from '@qga/protocol';
import type { Context } from '../core/context.js';
import { isErrno } from '../core/system-error.js';
import { LATE, within } from '../core/within.js';
import { EBUSY, EOPNOTSUPP, FIFREEZE, O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { Mount } from '../linux/mountinfo.js';
import type { FileDescriptor } from '../platform.js';
import { thawOpen } from './thaw-mount.js';

/** A freeze that somebody waits for, or not any more. */
interface Attempt {
  abandoned: boolean;
}

/**
 * Freezes the filesystem of a mount point, within the time that is left.
 * @returns what became of it, for the report; frozen ones are held by the session
 * @throws AgentError when it fails or takes too long
 */
export async function freezeMount(context: Context, mount: Mount): Promise<Partial<QgaFreezeMount>> {
  const { freezes, freezeSettings, urgent } = context;
  const { mountpoint, device } = mount;
  if (freezes.isStuck(device)) {
    throw new AgentError(`failed to freeze ${mountpoint}: an earlier call on it has not come back`);
  }
  if (freezes.crowded) {
    throw new AgentError(`failed to freeze ${mountpoint}: calls have not come back from ${freezes.stuck.join(', ')}`);
  }
  const limit = Math.min(freezeSettings.limit * 1000, freezes.lease?.remaining ?? Number.POSITIVE_INFINITY);
  const attempt: Attempt = { abandoned: false };
  const work = openAndFreeze(context, mountpoint, attempt);
  const directory = await within(urgent.clock, limit, work, freezes.stopped);
  if (directory === LATE) {
    attempt.abandoned = true;
    freezes.markStuck(device, mountpoint, undoLate(context, mountpoint, work));
    const why = freezes.stopping ? 'the agent stops' : `no end within ${String(Math.round(limit / 1000))} s`;
    throw new AgentError(`failed to freeze ${mountpoint}: ${why}`);
  }
  if (typeof directory !== 'number') return { result: 'skipped', reason: directory.skipped };
  freezes.hold({ mountpoint, device, directory });
  return { result: 'frozen' };
}

type Skipped = { readonly skipped: 'not-supported' | 'already-frozen' };

/** @returns the open directory of a frozen filesystem, or why it was left alone */
async function openAndFreeze(
  { urgent }: Context,
  mountpoint: string,
  attempt: Attempt,
): Promise<FileDescriptor | Skipped> {
  let directory: FileDescriptor;
  try {
    directory = await urgent.files.open(mountpoint, O_RDONLY | O_CLOEXEC);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to open ${mountpoint}: ${error.message}`);
  }
  if (attempt.abandoned) {
    await urgent.files.close(directory);
    throw new AgentError(`${mountpoint} could be opened at last`);
  }
  try {
    await urgent.files.ioctl(directory, FIFREEZE);
    return directory;
  } catch (error) {
    await urgent.files.close(directory);
    if (isErrno(error, EOPNOTSUPP)) return { skipped: 'not-supported' };
    if (isErrno(error, EBUSY)) return { skipped: 'already-frozen' };
    if (!isErrno(error)) throw error;
    throw new AgentError(`failed to freeze ${mountpoint}: ${error.message}`);
  }
}

/** Thaws at once what was frozen after all, when nobody wanted it any more. */
async function undoLate(context: Context, mountpoint: string, work: Promise<FileDescriptor | Skipped>): Promise<void> {
  try {
    const directory = await work;
    if (typeof directory !== 'number') return;
    const thawed = await thawOpen(context, directory);
    if (thawed) context.log.write('critical', `${mountpoint} was frozen after its time limit, and thawed at once`);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    context.log.write('warning', `after its time limit: ${error.message}`);
  }
}
