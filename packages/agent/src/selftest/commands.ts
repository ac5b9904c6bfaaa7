import { commandTables } from '@qga/protocol';
import type { Finding, Patient } from './finding.js';

/** What the configuration's lists leave to the host. */
export function checkCommands({ settings }: Patient): Promise<Finding[]> {
  const { allowRpcs, blockRpcs } = settings;
  const known = Object.keys(commandTables);
  const findings: Finding[] = [];
  for (const [key, names] of [['allow-rpcs', allowRpcs] as const, ['block-rpcs', blockRpcs] as const]) {
    for (const name of names.filter((candidate) => !known.includes(candidate))) {
      const hint = 'qemu-ga -b help lists all commands';
      findings.push({
        area: 'commands',
        verdict: 'warning',
        text: `${key} names '${name}', which is no command`,
        hint,
      });
    }
  }
  const refused = known.filter(
    (name) => blockRpcs.includes(name) || (allowRpcs.length > 0 && !allowRpcs.includes(name)),
  );
  const list = refused.length > 0 ? `, refused: ${refused.join(', ')}` : '';
  const text = `${String(known.length - refused.length)} of ${String(known.length)} commands may be called${list}`;
  return Promise.resolve([...findings, { area: 'commands', verdict: 'ok', text }]);
}
