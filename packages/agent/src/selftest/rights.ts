import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import type { Finding, Patient } from './finding.js';

/** Capabilities by their bit (capabilities(7)), and what does not work without them. */
const NEEDED: readonly { readonly bit: bigint; readonly name: string; readonly without: string }[] = [
  { bit: 0n, name: 'CAP_CHOWN', without: 'ssh keys are not given to their user' },
  { bit: 1n, name: 'CAP_DAC_OVERRIDE', without: "other users' files cannot be read or written" },
  { bit: 7n, name: 'CAP_SETUID', without: 'passwords cannot be set' },
  { bit: 21n, name: 'CAP_SYS_ADMIN', without: 'freeze, thaw and trim do not work' },
  { bit: 22n, name: 'CAP_SYS_BOOT', without: 'shutdown without an init system does not work' },
  { bit: 25n, name: 'CAP_SYS_TIME', without: 'the clock cannot be set' },
];

/** Whether the agent may do what hosts ask of it. */
export async function checkRights({ platform, paths }: Patient): Promise<Finding[]> {
  const status = await ifThere(readTextFile(platform, paths.ownStatus));
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1];
  const uid = /^Uid:\s*\d+\s+(\d+)/m.exec(status ?? '')?.[1];
  if (hex === undefined || uid === undefined) {
    const text = `${paths.ownStatus} does not tell what the agent may do`;
    return [{ area: 'rights', verdict: 'warning', text, hint: 'mount /proc: mounts are read from there too' }];
  }
  const held = BigInt(`0x${hex}`);
  const missing = NEEDED.filter(({ bit }) => ((held >> bit) & 1n) === 0n);
  if (missing.length === 0) {
    const text = `runs as user ${uid} with every capability that the commands need`;
    return [{ area: 'rights', verdict: 'ok', text }];
  }
  return missing.map(({ name, without }) => ({
    area: 'rights',
    verdict: 'warning',
    text: `no ${name}: ${without}`,
    hint: uid === '0' ? 'the service manager or the container took it away' : 'run the agent as root',
  }));
}
