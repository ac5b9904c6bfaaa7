import { offeredCommands } from '../agent.js';
import { dumpSettings, helpText, UsageError } from '../core/command-line.js';
import { METHODS, withDefaults, type CompleteSettings, type Method } from '../core/settings.js';
import { StateError } from '../core/state.js';
import { QEMU_VERSION, VERSION } from '../core/version.js';
import { linuxPaths } from '../linux/paths.js';
import { TransportError } from '../transports/transport-error.js';
import { ActivationError, takeActivation, type Activation } from './activation.js';
import { checkPolicy } from './check-policy.js';
import { configure, type Configuration } from './configure.js';
import type { ProgramHost } from './host.js';
import { PidfileError } from './pidfile.js';
import { examine } from './self-test.js';
import { start, type Startable } from './start.js';

const VERSION_TEXT = `${QEMU_VERSION} (qga ${VERSION})`;

/**
 * The agent's program.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function runProgram(host: ProgramHost, argv: readonly string[]): Promise<number> {
  try {
    const configuration = await configure(host, argv, linuxPaths);
    const { checkPolicy: policyFile, dumpConf, selfTest: format } = configuration.commandLine;
    if (policyFile !== undefined) {
      host.print(await checkPolicy(host, policyFile));
      return 0;
    }
    if (inform(host, configuration)) return 0;
    if (format !== undefined) return await examine(host, withDefaults(configuration.settings, linuxPaths), format);
    const activation = takeActivation(host);
    const settings = withDefaults(configuration.settings, linuxPaths, activation?.method);
    if (dumpConf) return dump(host, settings);
    return await start(host, startable(settings, activation));
  } catch (error) {
    if (error instanceof UsageError) return fail(host, `${error.message}; try 'qemu-ga --help'`);
    if (error instanceof StateError || error instanceof PidfileError || error instanceof ActivationError) {
      return fail(host, error.message);
    }
    // its reason is in the log already
    if (error instanceof TransportError) return 1;
    throw error;
  }
}

function fail(host: ProgramHost, message: string): number {
  host.complain(`qemu-ga: ${message}\n`);
  return 1;
}

function dump(host: ProgramHost, settings: CompleteSettings): number {
  host.print(dumpSettings(settings));
  return 0;
}

/** Answers the options that only ask for information. @returns whether one was given */
function inform(host: ProgramHost, { commandLine, settings }: Configuration): boolean {
  const lists = [...settings.blockRpcs, ...settings.allowRpcs];
  if (commandLine.help) host.print(helpText(VERSION_TEXT));
  else if (commandLine.version) host.print(`QEMU Guest Agent ${VERSION_TEXT}\n`);
  else if (lists.includes('help') || lists.includes('?')) host.print(`${offeredCommands.join('\n')}\n`);
  else return false;
  return true;
}

/** @throws UsageError when the settings lack something */
function startable(settings: CompleteSettings, activation: Activation | undefined): Startable {
  const { method } = settings;
  if (!METHODS.includes(method as Method))
    throw new UsageError(`unsupported channel method/type: ${method} (-m, method)`);
  const source = activation?.fd ?? settings.path;
  if (source === undefined) throw new UsageError(`must specify a path for this channel (-p, path) with ${method}`);
  return { ...settings, method: method as Method, source };
}
