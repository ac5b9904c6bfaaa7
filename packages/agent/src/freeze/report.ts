import type { QgaFreeze, QgaFreezeMount, QgaFreezeReport, QgaHookRun } from '@qga/protocol';
import type { Context } from '../core/context.js';
import type { SurveyedMount } from '../core/mounts.js';

/** How many mount points, and names of a request, a report lists. */
const MOST_LISTED = 2000;
/** Calls of the hook that a report lists: one for the freeze, and a thaw may be asked for again and again. */
const MOST_HOOKS = 8;

/** Milliseconds since 1970. */
function wallClock({ platform }: Context): number {
  return Number(platform.clock.now() / 1_000_000n);
}

/** Begins the report of a freeze; it replaces the last one's. */
export function beginReport(context: Context, requested: readonly string[] | undefined): QgaFreeze {
  const report: QgaFreeze = {
    began: wallClock(context),
    ...(requested === undefined ? {} : { requested: requested.slice(0, MOST_LISTED) }),
    mounts: [],
    omitted: 0,
    hooks: [],
  };
  context.freezes.last = report;
  return report;
}

/** Takes the mount points in: what may be frozen in the order of freezing, then the others. */
export function listInReport(
  report: QgaFreeze,
  wanted: readonly SurveyedMount[],
  rest: readonly SurveyedMount[],
): void {
  const entries: QgaFreezeMount[] = [
    ...wanted.map(({ mountpoint, type }): QgaFreezeMount => ({ mountpoint, type, result: 'pending' })),
    ...rest.map(({ mountpoint, type, excluded }): QgaFreezeMount => ({
      mountpoint,
      type,
      result: 'skipped',
      reason: excluded ?? 'not-asked',
    })),
  ];
  report.mounts = entries.slice(0, MOST_LISTED);
  report.omitted = entries.length - report.mounts.length;
}

/** Notes what became of a mount point. */
export function noteMount(report: QgaFreeze, mountpoint: string, outcome: Partial<QgaFreezeMount>): void {
  const entry = report.mounts.find((mount) => mount.mountpoint === mountpoint && mount.result === 'pending');
  if (entry !== undefined) Object.assign(entry, outcome);
}

/** Notes a call of the hook. */
export function noteHook(context: Context, run: QgaHookRun): void {
  const hooks = context.freezes.last?.hooks;
  if (hooks !== undefined && hooks.length < MOST_HOOKS) hooks.push(run);
}

export function noteFrozen(context: Context, report: QgaFreeze): void {
  report['frozen-at'] = wallClock(context);
}

/** Notes how the last freeze ended, unless it had ended before. */
export function endReport(context: Context, end: NonNullable<QgaFreeze['end']>, error?: string): void {
  const { last } = context.freezes;
  if (last === undefined || last.end !== undefined) return;
  last.ended = wallClock(context);
  last.end = end;
  if (error !== undefined) last.error = error;
}

/** What an earlier process's marker tells of the freeze that this one takes over. */
export function reportOfNote(context: Context): void {
  const { note } = context.state;
  const { clock } = context.platform;
  const age = note === undefined ? 0 : Math.max(0, clock.monotonic() - note.began);
  const report = beginReport(context, undefined);
  report.began = Math.round(report.began - age);
  report.mounts = (note?.mountpoints ?? []).map((mountpoint) => ({ mountpoint, type: '', result: 'unknown' }));
}

/** The answer to the command. */
export function freezeReport({ freezes, state }: Context): QgaFreezeReport {
  const { last, lease } = freezes;
  return {
    status: state.frozen ? 'frozen' : 'thawed',
    ...(lease === undefined ? {} : { 'lease-remaining': Math.ceil(lease.remaining / 1000) }),
    ...(state.notice === undefined ? {} : { unreported: state.notice }),
    ...(last === undefined ? {} : { last }),
  };
}
