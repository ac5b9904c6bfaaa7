import { offeredCommands } from '../agent.js';
import { configError, parseConfig } from '../core/command-line.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { explainPolicy } from '../policy/explain.js';
import { parsePolicy, PolicyError } from '../policy/parse.js';
import type { ProgramHost } from './host.js';

/**
 * Explains what a configuration file permits: --check-policy.
 * @throws UsageError naming the file and the line when it cannot be used
 */
export async function checkPolicy(host: ProgramHost, path: string): Promise<string> {
  let text: string;
  try {
    text = await readTextFile(host, path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw configError(path, error.message);
  }
  const { allowRpcs: allow, blockRpcs: block, policy } = parseConfig(text, path);
  try {
    return explainPolicy(parsePolicy(policy), { allow, block }, offeredCommands);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw configError(path, error.message);
  }
}
