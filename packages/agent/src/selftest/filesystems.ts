import { AgentError } from '@qga/protocol';
import { FREEZE_DEFAULTS } from '../core/freeze-session.js';
import { surveyMounts, type SurveyedMount } from '../core/mounts.js';
import { isErrno } from '../core/system-error.js';
import { LATE, within } from '../core/within.js';
import { O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { Mount } from '../linux/mountinfo.js';
import type { Finding, Patient } from './finding.js';

/** Filesystems on block devices that the kernel cannot freeze: it answers EOPNOTSUPP and the freeze goes on without them. */
const NEVER_FROZEN = new Set([
  'vfat',
  'msdos',
  'exfat',
  'iso9660',
  'udf',
  'squashfs',
  'erofs',
  'cramfs',
  'romfs',
  'minix',
]);
/** How long a mount point may take to be opened, in milliseconds: one whose server is gone never is. */
const OPEN_LIMIT = 5000;
/** Mount points that are named; a container host has thousands. */
const MOST_NAMED = 40;

/** Which filesystems a freeze of everything would hold still, and which not. */
export async function checkFilesystems(patient: Patient): Promise<Finding[]> {
  const { platform, paths } = patient;
  let mounts: SurveyedMount[];
  try {
    mounts = await surveyMounts(platform, paths);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return [{ area: 'filesystems', verdict: 'warning', text: error.message, hint: 'mount /proc' }];
  }
  const findings: Finding[] = [];
  /** where each device is mounted first */
  const first = new Map<string, string>();
  for (const mount of mounts) {
    const { device, excluded, mountpoint } = mount;
    if (excluded === undefined) {
      first.set(device, mountpoint);
      findings.push(await judge(patient, mount));
    } else if (excluded === 'same-filesystem') {
      findings.push(note(`${mountpoint}: the same filesystem as ${first.get(device) ?? device}`));
    }
  }
  const elsewhere = mounts.length - findings.length;
  const named = findings.slice(0, MOST_NAMED);
  const unnamed = findings.length - named.length;
  if (unnamed > 0) named.push(note(`and ${String(unnamed)} more mounts on devices`));
  if (elsewhere > 0) named.push(note(`${String(elsewhere)} mounts are on no block device and are never frozen`));
  if (first.size === 0) named.push(note('no filesystem is on a block device: a freeze has nothing to do'));
  named.push(leaseOf(patient));
  return named;
}

/** How long the host may keep the guest frozen. */
function leaseOf({ settings }: Patient): Finding {
  const seconds = settings.freezeTimeout ?? FREEZE_DEFAULTS.timeout;
  if (seconds > 0) return note(`a freeze ends by itself after ${String(seconds)} s (freeze-timeout)`);
  return {
    area: 'filesystems',
    verdict: 'warning',
    text: 'a freeze does not end by itself: freeze-timeout is 0',
    hint: 'a host that dies leaves the guest frozen; take freeze-timeout out of the configuration',
  };
}

async function judge(patient: Patient, { mountpoint, type }: Mount): Promise<Finding> {
  if (NEVER_FROZEN.has(type)) return note(`${mountpoint}: ${type} cannot be frozen, it is passed over`);
  const obstacle = await whyNotOpened(patient, mountpoint);
  if (obstacle === undefined) return note(`${mountpoint}: ${type}, would freeze`);
  return {
    area: 'filesystems',
    verdict: 'warning',
    text: `${mountpoint}: ${obstacle}, so a freeze of everything would fail`,
    hint: 'unmount it, or freeze by mount point (guest-fsfreeze-freeze-list)',
  };
}

async function whyNotOpened({ platform: { clock, files } }: Patient, mountpoint: string): Promise<string | undefined> {
  const opened = (async (): Promise<string | undefined> => {
    try {
      await files.close(await files.open(mountpoint, O_RDONLY | O_CLOEXEC));
      return undefined;
    } catch (error) {
      if (isErrno(error)) return error.message;
      throw error;
    }
  })();
  const outcome = await within(clock, OPEN_LIMIT, opened);
  return outcome === LATE ? `no answer within ${String(OPEN_LIMIT / 1000)} s` : outcome;
}

function note(text: string): Finding {
  return { area: 'filesystems', verdict: 'ok', text };
}
