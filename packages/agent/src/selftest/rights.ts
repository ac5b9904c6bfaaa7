import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import { mayBeCalled } from './commands.js';
import type { Finding, Patient } from './finding.js';

/** A capability by its bit (capabilities(7)), what does not work without it, and the commands that tell whether anybody minds. */
interface Need {
  readonly bit: bigint;
  readonly name: string;
  readonly without: string;
  readonly commands: readonly string[];
}

const NEEDED: readonly Need[] = [
  {
    bit: 0n,
    name: 'CAP_CHOWN',
    without: 'ssh keys are not given to their user',
    commands: ['guest-ssh-add-authorized-keys', 'guest-ssh-remove-authorized-keys'],
  },
  {
    bit: 1n,
    name: 'CAP_DAC_OVERRIDE',
    without: "other users' files cannot be written",
    commands: ['guest-file-write', 'guest-ssh-add-authorized-keys'],
  },
  {
    bit: 21n,
    name: 'CAP_SYS_ADMIN',
    without: 'freeze, thaw and trim do not work',
    commands: ['guest-fsfreeze-freeze', 'guest-fsfreeze-freeze-list', 'guest-fstrim'],
  },
  {
    bit: 22n,
    name: 'CAP_SYS_BOOT',
    without: 'shutdown without an init system does not work',
    commands: ['guest-shutdown'],
  },
  { bit: 25n, name: 'CAP_SYS_TIME', without: 'the clock cannot be set', commands: ['guest-set-time'] },
];

/** Whether the agent may do what hosts ask of it. */
export async function checkRights(patient: Patient): Promise<Finding[]> {
  const { platform, paths } = patient;
  const status = await ifThere(readTextFile(platform, paths.ownStatus));
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1];
  const uid = /^Uid:\s*\d+\s+(\d+)/m.exec(status ?? '')?.[1];
  if (hex === undefined || uid === undefined) {
    const text = `${paths.ownStatus} does not tell what the agent may do`;
    return [{ area: 'rights', verdict: 'warning', text, hint: 'mount /proc: mounts are read from there too' }];
  }
  const held = BigInt(`0x${hex}`);
  const missing = NEEDED.filter(
    ({ bit, commands }) => ((held >> bit) & 1n) === 0n && commands.some((name) => mayBeCalled(patient, name)),
  );
  if (missing.length === 0) {
    const text = `runs as user ${uid} with every capability that its commands need`;
    return [{ area: 'rights', verdict: 'ok', text }];
  }
  return missing.map(({ name, without }) => ({
    area: 'rights',
    verdict: 'warning',
    text: `no ${name}: ${without}`,
    hint: uid === '0' ? 'the service manager or the container took it away' : 'run the agent as root',
  }));
}
