import { findProgram } from '../core/find-program.js';
import { isErrno } from '../core/system-error.js';
import type { Finding, Patient } from './finding.js';

/** Whether the programs are there that do the agent's work outside. */
export async function checkPrograms(patient: Patient): Promise<Finding[]> {
  const { paths } = patient;
  const wanted: readonly (readonly [command: string, ways: readonly string[]])[] = [
    ['guest-shutdown', [paths.poweroff, paths.shutdown]],
    ['guest-set-time', [paths.hwclock]],
    ['guest-set-user-password', ['chpasswd']],
  ];
  const findings: Finding[] = [];
  for (const [command, ways] of wanted) {
    const found = await firstThere(patient, ways);
    findings.push(
      found === undefined
        ? {
            area: 'programs',
            verdict: 'warning',
            text: `${command} needs ${ways.join(' or ')}, which is missing`,
            hint: 'install it when the host is to use that command',
          }
        : { area: 'programs', verdict: 'ok', text: `${command} has ${found}` },
    );
  }
  return findings;
}

async function firstThere({ platform }: Patient, programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    try {
      const file = await findProgram(platform, program);
      if (await platform.files.executable(file)) return file;
    } catch (error) {
      if (!isErrno(error)) throw error;
    }
  }
  return undefined;
}
