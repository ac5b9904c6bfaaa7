import type { QgaFreezeReport } from '@qga/protocol';
import { formatDuration } from '../output/units.js';
import type { Table } from '../output/table.js';
import { perGuest } from '../per-guest.js';

interface Status {
  readonly status: string;
  /** only of agents that have `__qga_fsfreeze-report` */
  readonly report?: QgaFreezeReport;
}

type Freeze = NonNullable<QgaFreezeReport['last']>;

/** Whether the guest is frozen; and what the agent tells of the last freeze, if it can. */
export const verb = perGuest<Status>({
  ask: async (guest) => {
    const report = await guest.freezeReport();
    return report === undefined
      ? { status: await guest.call('guest-fsfreeze-status') }
      : { status: report.status, report };
  },
  show: ({ status, report }) => (report?.last === undefined ? status : table(report, report.last)),
});

const ENDS: Readonly<Record<NonNullable<Freeze['end']>, string>> = {
  thawed: 'a client asked for the thaw',
  lease: 'its time was over; a snapshot taken after that is not consistent',
  stopped: 'the agent was told to stop; a snapshot taken after that is not consistent',
  failed: 'it failed, and what had been frozen was thawed again',
  nothing: 'there was nothing to freeze',
};

function table({ status, unreported, ...report }: QgaFreezeReport, last: Freeze): Table {
  const mounts = last.mounts.filter(({ result }) => result !== 'skipped');
  const skipped = last.mounts.length - mounts.length + last.omitted;
  return {
    head: ['MOUNTED ON', 'TYPE', 'FREEZE', 'TOOK', 'ERROR'],
    right: ['TOOK'],
    rows: mounts.map(({ mountpoint, type, result, milliseconds, error = '' }) => [
      mountpoint,
      type,
      result,
      milliseconds === undefined ? '-' : formatDuration(milliseconds),
      error,
    ]),
    notes: [
      ...(skipped === 0 ? [] : [`${String(skipped)} other mount points were left alone; --json lists them`]),
      status === 'frozen' ? goingOn(last, report['lease-remaining']) : ended(last),
      ...(last.error === undefined ? [] : [`error: ${last.error}`]),
      ...last.hooks.flatMap(({ action, error }) => (error === undefined ? [] : [`the hook's ${action}: ${error}`])),
      ...(unreported === undefined ? [] : [`the next thaw will fail with: ${unreported}`]),
    ],
  };
}

/** By the guest's clock, in this machine's time zone. */
const clockTime = (milliseconds: number): string => new Date(milliseconds).toLocaleString('sv');

function goingOn({ began }: Freeze, lease: number | undefined): string {
  const end =
    lease === undefined
      ? 'and so it stays until qga thaw'
      : `the agent thaws by itself in ${formatDuration(lease * 1000)}`;
  return `frozen since ${clockTime(began)}; ${end}`;
}

function ended({ began, ended: end, end: how }: Freeze): string {
  const lasted = end === undefined ? '' : ` and lasted ${formatDuration(Math.max(0, end - began))}`;
  return `thawed; the last freeze began ${clockTime(began)}${lasted}${how === undefined ? '' : `: ${ENDS[how]}`}`;
}
