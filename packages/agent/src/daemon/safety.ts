import { UsageError } from '../core/command-line.js';
import type { CompleteSettings } from '../core/settings.js';
import { isErrno } from '../core/system-error.js';
import { parsePolicy, PolicyError } from '../policy/parse.js';
import type { PolicyRules } from '../policy/rules.js';
import { checkTrusted, UntrustedPathError } from '../policy/trusted-path.js';
import type { Files } from '../platform.js';

/**
 * Makes sure that nobody else in the guest can have prepared what the agent is about to trust: its state, its pid file, its
 * hook, the directory of its socket.
 * @throws UsageError naming the option
 */
export async function checkPaths(
  files: Files,
  settings: CompleteSettings & { readonly source: string | number },
): Promise<void> {
  const { audit, daemon, fsfreezeHook, method, pidfile, source, statedir } = settings;
  await checkPath(files, `${statedir}/qga.state`, '-t, statedir');
  if (daemon) await checkPath(files, pidfile, '-f, pidfile');
  // a name without a slash is searched for among the system's programs
  if (fsfreezeHook?.includes('/') === true) await checkPath(files, fsfreezeHook, '-F, fsfreeze-hook');
  if (method === 'unix-listen' && typeof source === 'string') await checkPath(files, directoryOf(source), '-p, path');
  if (audit?.includes('/') === true) await checkPath(files, audit, 'audit');
}

async function checkPath(files: Files, path: string, option: string): Promise<void> {
  try {
    await checkTrusted(files, path);
  } catch (error) {
    if (error instanceof UntrustedPathError) throw new UsageError(`refused ${path}: ${error.message} (${option})`);
    // what cannot be reached is told by whoever uses it
    if (!isErrno(error)) throw error;
  }
}

function directoryOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end + 1);
}

/**
 * The policy of the settings.
 * @returns undefined when there is none
 * @throws UsageError naming the line
 */
export function policyOf({ policy }: CompleteSettings): PolicyRules | undefined {
  if (policy.length === 0) return undefined;
  try {
    return parsePolicy(policy);
  } catch (error) {
    if (error instanceof PolicyError) throw new UsageError(`the policy cannot be used: ${error.message}`);
    throw error;
  }
}

/**
 * The numbers of a list.
 * @throws UsageError naming the option
 */
export function numbersOf(texts: readonly string[], option: string): Set<number> {
  const numbers = texts.map((text) => {
    const number = Number(text);
    if (!/^\s*\d+\s*$/.test(text) || number > 0xffff_ffff) throw new UsageError(`'${text}' is no number (${option})`);
    return number;
  });
  return new Set(numbers);
}
