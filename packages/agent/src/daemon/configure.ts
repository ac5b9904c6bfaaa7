import { configError, parseCommandLine, parseConfig, type CommandLine } from '../core/command-line.js';
import { emptySettings, type Settings } from '../core/options.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { ENOENT } from '../linux/constants.js';
import type { Paths } from '../linux/paths.js';
import type { ProgramHost } from './host.js';

/** The command line, and the settings that it and the configuration file make. */
export interface Configuration {
  readonly commandLine: CommandLine;
  readonly settings: Settings;
}

/**
 * Reads the command line and the configuration file: -c, else $QGA_CONF, else the system's, where only the first must exist.
 * @throws UsageError naming the flag, file or key
 */
export async function configure(host: ProgramHost, argv: readonly string[], paths: Paths): Promise<Configuration> {
  const commandLine = parseCommandLine(argv, paths);
  const settings =
    commandLine.config === undefined
      ? ((await readConfig(host, host.environment('QGA_CONF') ?? paths.config, 'optional')) ?? emptySettings())
      : ((await readConfig(host, commandLine.config, 'required')) ?? emptySettings());
  commandLine.apply(settings);
  return { commandLine, settings };
}

async function readConfig(
  host: ProgramHost,
  path: string,
  presence: 'required' | 'optional',
): Promise<Settings | undefined> {
  let text: string;
  try {
    text = await readTextFile(host, path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (presence === 'optional' && error.errno === ENOENT) return undefined;
    throw configError(path, error.message);
  }
  return parseConfig(text, path);
}
