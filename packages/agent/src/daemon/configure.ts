import { configError, parseCommandLine, parseConfig, type CommandLine } from '../core/command-line.js';
import { emptySettings, type Settings } from '../core/settings.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno, SystemError } from '../core/system-error.js';
import { ENOENT } from '../linux/constants.js';
import { linuxPaths, type Paths } from '../linux/paths.js';
import { openTrusted, UntrustedPathError } from '../policy/trusted-path.js';
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
  let text: string | undefined;
  try {
    text = await readTrusted(host, path);
  } catch (error) {
    if (error instanceof UntrustedPathError) throw configError(path, `refused: ${error.message}`);
    if (isErrno(error)) throw configError(path, error.message);
    throw error;
  }
  if (text !== undefined) return parseConfig(text, path);
  if (presence === 'optional') return undefined;
  throw configError(path, new SystemError(ENOENT).message);
}

/** The text of a file that nobody but root and the agent's user can have written; undefined when there is none. */
async function readTrusted(host: ProgramHost, path: string): Promise<string | undefined> {
  const file = await openTrusted(host.files, path);
  if (file === undefined) return undefined;
  try {
    // the descriptor only names the file; this opens that very one
    return await readTextFile(host, `${linuxPaths.descriptors}/${String(file)}`);
  } catch (error) {
    // without /proc nothing could be checked either
    if (isErrno(error, ENOENT)) return await readTextFile(host, path);
    throw error;
  } finally {
    await host.files.close(file);
  }
}
