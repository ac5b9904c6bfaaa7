import { checkAudit } from './audit.js';
import { checkChannel } from './channel.js';
import { checkCommands } from './commands.js';
import { checkFilesystems } from './filesystems.js';
import type { Area, Check, Finding, Patient, Verdict } from './finding.js';
import { checkHook } from './hook.js';
import { checkPolicy } from './policy.js';
import { checkPrograms } from './programs.js';
import { checkRights } from './rights.js';
import { checkState } from './state.js';

/** In the order of the report. */
const CHECKS: Readonly<Record<Area, Check>> = {
  channel: checkChannel,
  rights: checkRights,
  commands: checkCommands,
  policy: checkPolicy,
  audit: checkAudit,
  filesystems: checkFilesystems,
  hook: checkHook,
  state: checkState,
  programs: checkPrograms,
};

const SIGNS: Readonly<Record<Verdict, string>> = { ok: 'ok  ', warning: 'WARN', broken: 'FAIL' };

/** Looks at everything that the agent needs in this guest, without changing or freezing anything. */
export async function selfTest(patient: Patient): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of Object.values(CHECKS)) findings.push(...(await check(patient)));
  return findings;
}

/** Whether the agent cannot do its work. Warnings are no failure. */
export function isBroken(findings: readonly Finding[]): boolean {
  return findings.some(({ verdict }) => verdict === 'broken');
}

/** The report for people: a line a finding, a line for what to do. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...Object.keys(CHECKS).map((area) => area.length));
  const lines = findings.flatMap(({ area, verdict, text, hint }) => [
    `${SIGNS[verdict]}  ${area.padEnd(width)}  ${text}`,
    ...(hint === undefined ? [] : [`${' '.repeat(width + 8)}${hint}`]),
  ]);
  const count = (verdict: Verdict): string => String(findings.filter((finding) => finding.verdict === verdict).length);
  return `${lines.join('\n')}\n\n${count('broken')} failures, ${count('warning')} warnings\n`;
}

/** The report for scripts: `{"broken": boolean, "findings": [{area, verdict, text, hint?}]}`. */
export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ broken: isBroken(findings), findings }, undefined, 2)}\n`;
}
