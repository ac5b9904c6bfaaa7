import { commandTables } from '@qga/protocol';
import { Agent } from '../agent.js';
import { dumpSettings, helpText, UsageError } from '../core/command-line.js';
import { METHODS, withDefaults, type CompleteSettings, type Method, type Settings } from '../core/options.js';
import { StateError } from '../core/state.js';
import { isErrno } from '../core/system-error.js';
import { QEMU_VERSION, VERSION } from '../core/version.js';
import { linuxPaths } from '../linux/paths.js';
import { TransportError } from '../transports/transport-error.js';
import { refusals } from '../transports/admission.js';
import { checkPolicy } from './check-policy.js';
import { configure, type Configuration } from './configure.js';
import type { LogFile, ProgramHost } from './host.js';
import { PidfileError, takePidfile } from './pidfile.js';
import { run } from './run.js';
import { checkPaths, numbersOf, policyOf } from './safety.js';
import { StopSignal } from './stop.js';

const VERSION_TEXT = `${QEMU_VERSION} (qga ${VERSION})`;

/** Settings with which the agent can be started. */
interface Startable extends CompleteSettings {
  readonly method: Method;
  readonly path: string;
}

/**
 * The agent's program.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function runProgram(host: ProgramHost, argv: readonly string[]): Promise<number> {
  try {
    const configuration = await configure(host, argv, linuxPaths);
    const { checkPolicy: policyFile } = configuration.commandLine;
    if (policyFile !== undefined) {
      host.print(await checkPolicy(host, policyFile));
      return 0;
    }
    return inform(host, configuration) ? 0 : await start(host, startable(configuration.settings));
  } catch (error) {
    if (error instanceof UsageError) return fail(host, `${error.message}; try 'qemu-ga --help'`);
    if (error instanceof StateError || error instanceof PidfileError) return fail(host, error.message);
    // its reason is in the log already
    if (error instanceof TransportError) return 1;
    throw error;
  }
}

function fail(host: ProgramHost, message: string): number {
  host.complain(`qemu-ga: ${message}\n`);
  return 1;
}

/** Answers the options that only ask for information. @returns whether one was given */
function inform(host: ProgramHost, { commandLine, settings }: Configuration): boolean {
  const lists = [...settings.blockRpcs, ...settings.allowRpcs];
  if (commandLine.help) host.print(helpText(VERSION_TEXT));
  else if (commandLine.version) host.print(`QEMU Guest Agent ${VERSION_TEXT}\n`);
  else if (lists.includes('help') || lists.includes('?')) host.print(`${Object.keys(commandTables).join('\n')}\n`);
  else if (commandLine.dumpConf) host.print(dumpSettings(withDefaults(settings, linuxPaths)));
  else return false;
  return true;
}

/** @throws UsageError when the settings lack something */
function startable(given: Settings): Startable {
  const settings = withDefaults(given, linuxPaths);
  const { method, path } = settings;
  if (!METHODS.includes(method as Method))
    throw new UsageError(`unsupported channel method/type: ${method} (-m, method)`);
  if (path === undefined) throw new UsageError(`must specify a path for this channel (-p, path) with ${method}`);
  return { ...settings, method: method as Method, path };
}

async function start(host: ProgramHost, given: Startable): Promise<number> {
  const settings = given.daemon ? await absolute(host, given) : given;
  const policy = policyOf(settings);
  const uids = numbersOf(settings.allowUids, 'allow-uids');
  const cids = numbersOf(settings.vsockAllowCids, 'vsock-allow-cids');
  await checkPaths(host.files, settings);
  if (settings.daemon) {
    const code = await host.enterBackground();
    if (code !== undefined) return code;
  }
  const logs = openLogOrFail(host, settings.logfile);
  const platform = host.platform(logs);
  const agent = await Agent.create({
    platform,
    statedir: settings.statedir,
    verbose: settings.verbose,
    block: settings.blockRpcs,
    allow: settings.allowRpcs,
    ...(policy === undefined ? {} : { policy }),
    ...(settings.fsfreezeHook === undefined ? {} : { fsfreezeHook: settings.fsfreezeHook }),
  });
  thawOnFault(host, agent);
  const { transports, wires } = host;
  const removePidfile = settings.daemon
    ? takePidfile(wires.descriptors, settings.pidfile, host.pid)
    : (): void => undefined;
  const stop = new StopSignal();
  host.onTermination(() => {
    stop.stop();
  });
  try {
    const { method, path, retryPath: retry } = settings;
    const ready = (): void => {
      host.ready();
    };
    const refused = refusals(wires.clock, (line) => {
      agent.log.write('error', line);
    });
    const admission = { uids, cids, refused };
    await run({ admission, agent, platform, wires, transports, method, path, retry, ready, stop });
    await agent.stop();
    return 0;
  } finally {
    removePidfile();
    await logs.flush();
  }
}

/** The settings with paths that mean the same in the background, where the working directory is another one. */
async function absolute({ files }: ProgramHost, settings: Startable): Promise<Startable> {
  const here = await files.realpath('.');
  const full = (path: string): string => (path.startsWith('/') ? path : `${here}/${path}`);
  const { fsfreezeHook, logfile, method, path, pidfile, statedir } = settings;
  return {
    ...settings,
    path: method === 'vsock-listen' ? path : full(path),
    logfile: logfile === undefined ? undefined : full(logfile),
    fsfreezeHook: fsfreezeHook === undefined ? undefined : full(fsfreezeHook),
    statedir: full(statedir),
    pidfile: full(pidfile),
  };
}

/** A fault of ours must not leave the guest frozen. */
function thawOnFault(host: ProgramHost, agent: Agent): void {
  host.onFault((reason) => {
    agent.log.write('critical', `internal error, the agent ends: ${reason}`);
    return agent.stop();
  });
}

function openLogOrFail(host: ProgramHost, path: string | undefined): LogFile {
  try {
    return host.openLog(path);
  } catch (error) {
    if (isErrno(error)) throw new UsageError(`unable to open specified log file: ${error.message} (-l, logfile)`);
    throw error;
  }
}
