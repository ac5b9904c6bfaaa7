import { AgentError, type QgaFreezeEnd } from '@qga/protocol';
import type { Context } from '../core/context.js';
import { listMounts } from '../core/mounts.js';
import { LATE } from '../core/within.js';
import { runHook } from './hook.js';
import { endReport } from './report.js';
import { thawHeld, thawMounted, type Thawed } from './thaw-mount.js';

/** When the agent tries again to thaw by itself, in milliseconds. */
const TRY_AGAIN = 5000;

/**
 * Answers a client's thaw.
 * @returns how many filesystems were thawed
 * @throws AgentError when the mounts cannot be listed (the agent stays frozen), when the hook fails or a filesystem does not
 *   answer (the rest is thawed), and once when the agent had thawed by itself: what the client did meanwhile was not protected
 */
export function thaw(context: Context): Promise<number> {
  return context.freezes.turn.run(async () => {
    const { notice } = context.state;
    const count = await thawInTurn(context, 'thawed');
    if (notice === undefined) return count;
    await context.state.dropNotice();
    throw new AgentError(notice);
  });
}

/** Thaws without being asked, when the lease is over or the agent stops. The next thaw of a client is told. */
export function thawUnasked(context: Context, why: 'lease' | 'stopped'): Promise<void> {
  return context.freezes.turn.run(async () => {
    const { freezes, log, platform } = context;
    const isFrozen = (): boolean => context.state.frozen;
    if (!isFrozen()) return;
    const seconds = freezes.lease?.seconds ?? 0;
    const cause = why === 'lease' ? `after ${String(seconds)} s (freeze-timeout)` : 'when it was told to stop';
    try {
      const notice = `filesystems were thawed by the agent ${cause}; a snapshot taken since then is not consistent`;
      const count = await thawInTurn(context, why, notice);
      log.write('critical', `${String(count)} filesystems were thawed by the agent ${cause}`);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      log.write('critical', `thaw ${cause}: ${error.message}`);
      if (isFrozen() && why === 'lease') platform.clock.after(TRY_AGAIN, () => void thawUnasked(context, why));
    }
  });
}

/**
 * Thaws everything: what this agent froze, and whatever else is frozen on a mounted block device. To be called in turn.
 * @param notice what the next thaw must be told
 */
export async function thawInTurn(context: Context, end: QgaFreezeEnd, notice?: string): Promise<number> {
  const { freezes, log, paths, state, urgent } = context;
  let count = 0;
  const late: string[] = [];
  const take = (mountpoint: string, thawed: Thawed): void => {
    if (thawed === LATE) late.push(mountpoint);
    else if (thawed) count += 1;
  };
  for (const held of freezes.release().toReversed()) take(held.mountpoint, await thawHeld(context, held));
  for (const mount of await listMounts(urgent, paths)) take(mount.mountpoint, await thawMounted(context, mount));
  if (notice !== undefined) await state.keepNotice(notice);
  freezes.lease?.cancel();
  freezes.lease = undefined;
  state.leaveFrozen();
  urgent.system.lockMemory(false);
  log.record('guest-fsthaw called');
  try {
    await runHook(context, 'thaw');
  } finally {
    await state.endFreeze();
    endReport(context, end, late.length === 0 ? undefined : notThawed(late));
  }
  if (late.length > 0) throw new AgentError(notThawed(late));
  return count;
}

function notThawed(mountpoints: readonly string[]): string {
  return `failed to thaw ${mountpoints.join(', ')}: no answer yet; everything else is thawed`;
}
