import { AgentError, type QgaFreeze } from '@qga/protocol';
import type { Context } from '../core/context.js';
import { Lease } from '../core/lease.js';
import { listMounts, surveyMounts, type SurveyedMount } from '../core/mounts.js';
import { freezeMount } from './freeze-mount.js';
import { runHook } from './hook.js';
import { beginReport, endReport, listInReport, noteFrozen, noteMount, reportOfNote } from './report.js';
import { thawInTurn, thawUnasked } from './thaw.js';

/**
 * Freezes filesystems.
 * @param only mount points; undefined: all that can be frozen
 * @returns how many were frozen; when none was, the agent is not frozen
 * @throws AgentError when the hook, the list of mounts or a filesystem fails; then nothing stays frozen
 */
export function freeze(context: Context, only: readonly string[] | undefined): Promise<number> {
  return context.freezes.turn.run(() => freezeInTurn(context, only));
}

/** Goes on with the freeze of an earlier process: its time counts from its beginning. */
export function resumeFreeze(context: Context): void {
  const { freezeSettings, platform, state } = context;
  reportOfNote(context);
  const began = state.note?.began ?? platform.clock.monotonic();
  startLease(context, began, state.note?.lease ?? freezeSettings.timeout);
}

function startLease(context: Context, began: number, seconds: number): void {
  if (seconds === 0) return;
  context.freezes.lease = new Lease(context.platform.clock, began, seconds, () => void thawUnasked(context, 'lease'));
}

async function freezeInTurn(context: Context, only: readonly string[] | undefined): Promise<number> {
  const { freezes, guard, log, platform, policy, state } = context;
  // another client's freeze may have come first while this one waited for its turn
  policy.check(only === undefined ? 'guest-fsfreeze-freeze' : 'guest-fsfreeze-freeze-list');
  await guard.checkFreeze(async () => only ?? (await freezable(context)));
  if (freezes.stopping) throw new AgentError('the agent stops');
  log.record('guest-fsfreeze called');
  const report = beginReport(context, only);
  await state.noteFreeze(platform.clock.monotonic(), context.freezeSettings.timeout, []);
  let count: number;
  try {
    await runHook(context, 'freeze');
    count = await freezeListed(context, report, only);
  } catch (error) {
    await rollBack(context, 'failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
  // nothing to hold still: the services that the hook stopped must not wait for a thaw that nobody will ask for
  if (count === 0) await rollBack(context, 'nothing');
  else noteFrozen(context, report);
  await state.dropNotice();
  return count;
}

/** The mount points that a freeze of everything would try. */
async function freezable({ paths, urgent }: Context): Promise<string[]> {
  return (await listMounts(urgent, paths)).map(({ mountpoint }) => mountpoint);
}

/** Last mounted first, so that a filesystem in a file is frozen before the one that holds the file. */
async function freezeListed(context: Context, report: QgaFreeze, only: readonly string[] | undefined): Promise<number> {
  const { freezeSettings, paths, state, urgent } = context;
  const names = only === undefined ? undefined : new Set(only);
  const isWanted = ({ excluded, mountpoint }: SurveyedMount): boolean =>
    excluded === undefined && (names === undefined || names.has(mountpoint));
  const mounts = await surveyMounts(urgent, paths);
  const wanted = mounts.filter(isWanted).toReversed();
  listInReport(
    report,
    wanted,
    mounts.filter((mount) => !isWanted(mount)),
  );
  const began = urgent.clock.monotonic();
  await state.noteFreeze(
    began,
    freezeSettings.timeout,
    wanted.map(({ mountpoint }) => mountpoint),
  );
  urgent.system.lockMemory(true);
  state.enterFrozen();
  startLease(context, began, freezeSettings.timeout);
  let count = 0;
  for (const mount of wanted) if (await freezeReported(context, report, mount)) count += 1;
  return count;
}

async function freezeReported(context: Context, report: QgaFreeze, mount: SurveyedMount): Promise<boolean> {
  const { clock } = context.platform;
  const began = clock.monotonic();
  try {
    const outcome = await freezeMount(context, mount);
    noteMount(report, mount.mountpoint, { ...outcome, milliseconds: clock.monotonic() - began });
    return outcome.result === 'frozen';
  } catch (error) {
    if (error instanceof AgentError) {
      const milliseconds = clock.monotonic() - began;
      noteMount(report, mount.mountpoint, { result: 'failed', error: error.message, milliseconds });
    }
    throw error;
  }
}

/**
 * Undoes a freeze that failed or froze nothing; why it failed is told by the freeze, not by this. The hook hears of the thaw
 * even when its call for the freeze failed: it may have come half way.
 */
async function rollBack(context: Context, end: 'failed' | 'nothing', reason?: string): Promise<void> {
  const { log, state } = context;
  endReport(context, end, reason);
  try {
    if (state.frozen) await thawInTurn(context, end);
    else await runHook(context, 'thaw');
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.write('warning', `after a freeze that did not hold: ${error.message}`);
  }
  if (!state.frozen) await state.endFreeze();
}
