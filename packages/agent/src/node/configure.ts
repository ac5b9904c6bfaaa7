import { readFileSync } from 'node:fs';
import { configError, parseCommandLine, parseConfig, type CommandLine } from '../core/command-line.js';
import { isErrno } from '../core/system-error.js';
import { emptySettings, type Settings } from '../core/options.js';
import type { Paths } from '../linux/paths.js';
import { asSystemError } from './errors.js';

/** The command line, and the settings that it and the configuration file make. */
export interface Configuration {
  readonly commandLine: CommandLine;
  readonly settings: Settings;
}

/**
 * Reads the command line and the configuration file: -c, else $QGA_CONF, else the system's, where only the first must exist.
 * @throws UsageError naming the flag, file or key
 */
export function configure(argv: readonly string[], paths: Paths): Configuration {
  const commandLine = parseCommandLine(argv, paths);
  const settings =
    commandLine.config === undefined
      ? (readConfig(process.env['QGA_CONF'] ?? paths.config, 'optional') ?? emptySettings())
      : (readConfig(commandLine.config, 'required') ?? emptySettings());
  commandLine.apply(settings);
  return { commandLine, settings };
}

function readConfig(path: string, presence: 'required' | 'optional'): Settings | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const error = asSystemError(thrown);
    if (!isErrno(error)) throw thrown;
    if (presence === 'optional' && error.message === 'No such file or directory') return undefined;
    throw configError(path, error.message);
  }
  return parseConfig(text, path);
}
