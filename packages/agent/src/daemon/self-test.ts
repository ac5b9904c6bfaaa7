import { offeredCommands } from '../agent.js';
import { UsageError } from '../core/command-line.js';
import type { CompleteSettings } from '../core/settings.js';
import { linuxPaths } from '../linux/paths.js';
import { commandRefusal } from '../policy/guard.js';
import type { PolicyFacts } from '../selftest/finding.js';
import { isBroken, reportJson, reportText, selfTest } from '../selftest/index.js';
import type { ProgramHost } from './host.js';
import { policyOf } from './safety.js';

/**
 * Prints what works in this guest.
 * @param format `json`, or empty for people
 * @returns the exit code: 1 when the agent could not do its work
 * @throws UsageError for another format, and a policy that cannot be used
 */
export async function examine(host: ProgramHost, settings: CompleteSettings, format: string): Promise<number> {
  if (!['', 'json'].includes(format)) throw new UsageError(`--self-test has no format '${format}', only json`);
  const policy = factsOf(settings);
  const nowhere = { write: () => undefined, syslog: () => undefined };
  // from here on calls may be slow: a mount point whose server is gone must not hold up the report
  const platform = host.platform(nowhere);
  host.ready();
  const findings = await selfTest({ platform, paths: linuxPaths, settings, commands: offeredCommands, policy });
  host.print(format === 'json' ? reportJson(findings) : reportText(findings));
  return isBroken(findings) ? 1 : 0;
}

function factsOf(settings: CompleteSettings): PolicyFacts | undefined {
  const rules = policyOf(settings);
  if (rules === undefined) return undefined;
  return { profile: rules.profile, dryRun: rules.dryRun, refusal: (command) => commandRefusal(rules, command) };
}
