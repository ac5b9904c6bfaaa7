import type { Context } from '../core/context.js';
import type { HeldFilesystem } from '../core/freeze-session.js';
import { isErrno } from '../core/system-error.js';
import { LATE, within } from '../core/within.js';
import { FITHAW, O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { Mount } from '../linux/mountinfo.js';
import type { FileDescriptor } from '../platform.js';

/** A filesystem may have been frozen more than once; it is thawed as often, but not for ever. */
const THAWS_A_FILESYSTEM = 64;
/** How long one filesystem is waited for, in milliseconds; the thaw goes on without it. */
const THAW_LIMIT = 10_000;

/** What became of a thaw: it was frozen, it was not, or nobody knows yet. */
export type Thawed = boolean | typeof LATE;

/** Thaws what this agent froze. */
export function thawHeld(context: Context, { mountpoint, device, directory }: HeldFilesystem): Promise<Thawed> {
  return limited(context, device, mountpoint, thawOpen(context, directory));
}

/** Thaws what is mounted, whoever froze it. One that cannot be opened counts as not frozen. */
export async function thawMounted(context: Context, { mountpoint, device }: Mount): Promise<Thawed> {
  if (context.freezes.isStuck(device)) return false;
  return limited(context, device, mountpoint, openAndThaw(context, mountpoint));
}

/** Thaws the filesystem of an open directory and closes it. @returns whether it was frozen */
export async function thawOpen({ urgent }: Context, directory: FileDescriptor): Promise<boolean> {
  let thaws = 0;
  try {
    for (; thaws < THAWS_A_FILESYSTEM; thaws++) await urgent.files.ioctl(directory, FITHAW);
  } catch (error) {
    if (!isErrno(error)) throw error;
  } finally {
    await urgent.files.close(directory);
  }
  return thaws > 0;
}

async function openAndThaw(context: Context, mountpoint: string): Promise<boolean> {
  try {
    return await thawOpen(context, await context.urgent.files.open(mountpoint, O_RDONLY | O_CLOEXEC));
  } catch (error) {
    if (isErrno(error)) return false;
    throw error;
  }
}

async function limited(context: Context, device: string, mountpoint: string, work: Promise<boolean>): Promise<Thawed> {
  const thawed = await within(context.urgent.clock, THAW_LIMIT, work);
  if (thawed === LATE) context.freezes.markStuck(device, mountpoint, work);
  return thawed;
}
