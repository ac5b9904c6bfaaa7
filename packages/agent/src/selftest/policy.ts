import type { Finding, Patient } from './finding.js';

/** Which policy is in force. */
export function checkPolicy({ policy }: Patient): Promise<Finding[]> {
  if (policy === undefined) return Promise.resolve([ok('none: whoever has the channel may do everything')]);
  if (policy.dryRun) {
    return Promise.resolve([
      {
        area: 'policy',
        verdict: 'warning',
        text: `profile ${policy.profile}, which is tried only: what it denies is logged and done all the same`,
        hint: 'take dry-run out of the group [policy] when the log is as expected',
      },
    ]);
  }
  return Promise.resolve([ok(`profile ${policy.profile}; qemu-ga --check-policy explains its rules`)]);
}

function ok(text: string): Finding {
  return { area: 'policy', verdict: 'ok', text };
}
