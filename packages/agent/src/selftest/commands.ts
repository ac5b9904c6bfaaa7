import type { Finding, Patient } from './finding.js';

/** Whether the configuration's lists and its policy leave a command to the host. */
export function mayBeCalled({ settings: { allowRpcs, blockRpcs }, policy }: Patient, command: string): boolean {
  if (blockRpcs.includes(command) || (allowRpcs.length > 0 && !allowRpcs.includes(command))) return false;
  return policy === undefined || policy.dryRun || policy.refusal(command) === undefined;
}

/** What the configuration leaves to the host. */
export function checkCommands(patient: Patient): Promise<Finding[]> {
  const { allowRpcs, blockRpcs } = patient.settings;
  const known = patient.commands;
  const findings: Finding[] = [];
  for (const [key, names] of [['allow-rpcs', allowRpcs] as const, ['block-rpcs', blockRpcs] as const]) {
    for (const name of names.filter((candidate) => !known.includes(candidate))) {
      findings.push({
        area: 'commands',
        verdict: 'warning',
        text: `${key} names '${name}', which is no command`,
        hint: 'qemu-ga -b help lists all commands',
      });
    }
  }
  const refused = known.filter((name) => !mayBeCalled(patient, name));
  const list = refused.length > 0 ? `, refused: ${refused.join(', ')}` : '';
  const text = `${String(known.length - refused.length)} of ${String(known.length)} commands may be called${list}`;
  return Promise.resolve([...findings, { area: 'commands', verdict: 'ok', text }]);
}
