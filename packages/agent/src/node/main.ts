import { commandTables } from '@qga/protocol';
import { Agent } from '../agent.js';
import { dumpSettings, helpText, UsageError } from '../core/command-line.js';
import { METHODS, withDefaults, type Method, type Settings } from '../core/options.js';
import { StateError } from '../core/state.js';
import { isErrno } from '../core/system-error.js';
import { QEMU_VERSION, VERSION } from '../core/version.js';
import { linuxPaths } from '../linux/paths.js';
import { configure, type Configuration } from './configure.js';
import { detach, isBackground, reportReady, startInBackground } from './daemonize.js';
import { openLog, type NodeLogOutput } from './log-output.js';
import { PidfileError, takePidfile } from './pidfile.js';
import { nodePlatform } from './platform.js';
import { run } from './run.js';
import { TransportError } from './transports/transport-error.js';

const VERSION_TEXT = `${QEMU_VERSION} (qga ${VERSION})`;

/**
 * The agent's program.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const configuration = configure(argv, linuxPaths);
    return inform(configuration) ? 0 : await start(configuration);
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message}; try 'qemu-ga --help'`);
    if (error instanceof StateError || error instanceof PidfileError) return fail(error.message);
    // its reason is in the log already
    if (error instanceof TransportError) return 1;
    throw error;
  }
}

function fail(message: string): number {
  process.stderr.write(`qemu-ga: ${message}\n`);
  return 1;
}

/** Answers the options that only ask for information. @returns whether one was given */
function inform({ commandLine, settings }: Configuration): boolean {
  const lists = [...settings.blockRpcs, ...settings.allowRpcs];
  if (commandLine.help) process.stdout.write(helpText(VERSION_TEXT));
  else if (commandLine.version) process.stdout.write(`QEMU Guest Agent ${VERSION_TEXT}\n`);
  else if (lists.includes('help') || lists.includes('?')) {
    process.stdout.write(`${Object.keys(commandTables).join('\n')}\n`);
  } else if (commandLine.dumpConf) process.stdout.write(dumpSettings(withDefaults(settings, linuxPaths)));
  else return false;
  return true;
}

async function start(configuration: Configuration): Promise<number> {
  const asked = withDefaults(configuration.settings, linuxPaths);
  checkChannel(asked);
  if (asked.daemon && !isBackground()) return startInBackground();
  const settings = asked.daemon ? detach(asked) : asked;
  const logs = openLogOrFail(settings.logfile);
  const platform = nodePlatform(logs);
  const agent = await Agent.create({
    platform,
    statedir: settings.statedir,
    verbose: settings.verbose,
    block: settings.blockRpcs,
    allow: settings.allowRpcs,
    ...(settings.fsfreezeHook === undefined ? {} : { fsfreezeHook: settings.fsfreezeHook }),
  });
  thawOnFault(agent);
  const removePidfile = settings.daemon ? takePidfile(settings.pidfile) : (): void => undefined;
  try {
    await run({
      agent,
      platform,
      method: settings.method as Method,
      path: settings.path ?? '',
      retry: settings.retryPath,
      ready: isBackground() ? reportReady : (): void => undefined,
      stop: stopSignal(),
    });
    await agent.stop();
    return 0;
  } finally {
    removePidfile();
    await logs.flush();
    leave();
  }
}

/** @throws UsageError naming the flag and key of a channel that cannot be */
function checkChannel({ method, path }: Settings): void {
  if (!METHODS.includes(method as Method)) {
    throw new UsageError(`unsupported channel method/type: ${method ?? ''} (-m, method)`);
  }
  if (path === undefined) {
    throw new UsageError(`must specify a path for this channel (-p, path) with ${method ?? ''}`);
  }
}

/** A fault of ours must not leave the guest frozen. */
function thawOnFault(agent: Agent): void {
  process.on('uncaughtException', (error) => {
    agent.log.write('critical', `internal error, the agent ends: ${error.stack ?? error.message}`);
    void agent.stop().finally(() => process.exit(1));
  });
}

function openLogOrFail(path: string | undefined): NodeLogOutput {
  try {
    return openLog(path);
  } catch (error) {
    if (isErrno(error)) throw new UsageError(`unable to open specified log file: ${error.message} (-l, logfile)`);
    throw error;
  }
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

/** Open files and their timers would keep the process alive; it has said that it is done. */
function leave(): void {
  setImmediate(() => process.exit());
}
