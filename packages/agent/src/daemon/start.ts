import { Agent, type AgentOptions } from '../agent.js';
import { UsageError } from '../core/command-line.js';
import { FREEZE_DEFAULTS } from '../core/freeze-session.js';
import { limitsOf } from '../core/limits.js';
import type { CompleteSettings, Method } from '../core/settings.js';
import { isErrno } from '../core/system-error.js';
import type { Platform } from '../platform.js';
import { refusals, type Admission } from '../transports/admission.js';
import { listenInherited } from '../transports/inherited.js';
import { auditOf } from './audit.js';
import type { LogFile, ProgramHost } from './host.js';
import { takePidfile } from './pidfile.js';
import { run, type RunOptions } from './run.js';
import { checkPaths, numbersOf, policyOf } from './safety.js';
import { StopSignal } from './stop.js';

/** Settings with which the agent can be started. */
export interface Startable extends CompleteSettings {
  readonly method: Method;
  /** the path that the method opens, or the number of a socket that listens already */
  readonly source: string | number;
}

/**
 * Runs the agent until it is told to stop or its channel breaks.
 * @returns the exit code
 * @throws UsageError naming the option that cannot be used, and the errors of what it starts
 */
export async function start(host: ProgramHost, given: Startable): Promise<number> {
  const settings = given.daemon ? await absolute(host, given) : given;
  const policy = policyOf(settings);
  const uids = numbersOf(settings.allowUids, 'allow-uids');
  const cids = numbersOf(settings.vsockAllowCids, 'vsock-allow-cids');
  await checkPaths(host.files, settings);
  if (settings.daemon) {
    const code = await host.enterBackground(typeof settings.source === 'number' ? settings.source : undefined);
    if (code !== undefined) return code;
  }
  const logs = openLogOrFail(host, settings.logfile);
  const platform = host.platform(logs);
  const agent = await Agent.create({
    ...agentOptions(platform, settings),
    ...(policy === undefined ? {} : { policy }),
    ...auditOf(host, platform, settings),
  });
  thawOnFault(host, agent);
  const removePidfile = settings.daemon
    ? takePidfile(host.wires.descriptors, settings.pidfile, host.pid)
    : (): void => undefined;
  const refused = refusals(host.wires.clock, (line) => {
    agent.log.write('error', line);
  });
  try {
    await serve(host, { agent, platform, ...channelOf(host, settings, { uids, cids, refused }) });
    await agent.stop();
    return 0;
  } finally {
    removePidfile();
    await logs.flush();
  }
}

/** Serves the channel until the process is asked to end. */
async function serve(host: ProgramHost, options: Omit<RunOptions, 'ready' | 'stop'>): Promise<void> {
  const stop = new StopSignal();
  host.onTermination(() => {
    stop.stop();
  });
  const ready = (): void => {
    host.ready();
  };
  await run({ ...options, ready, stop });
}

/** What the settings say of the agent itself. */
function agentOptions(platform: Platform, settings: Startable): AgentOptions {
  return {
    platform,
    statedir: settings.statedir,
    verbose: settings.verbose,
    block: settings.blockRpcs,
    allow: settings.allowRpcs,
    ...(settings.fsfreezeHook === undefined ? {} : { fsfreezeHook: settings.fsfreezeHook }),
    limits: limitsOf(settings),
    freeze: {
      timeout: settings.freezeTimeout ?? FREEZE_DEFAULTS.timeout,
      refresh: settings.freezeLeaseRefresh,
      limit: settings.freezeLimit ?? FREEZE_DEFAULTS.limit,
      hookLimit: settings.hookTimeout ?? FREEZE_DEFAULTS.hookLimit,
    },
  };
}

/** How the channel is opened, what it is called in the log, and whether it can be opened again. */
function channelOf(
  { transports, wires }: ProgramHost,
  { method, retryPath: retry, source }: Startable,
  admission: Admission,
): Pick<RunOptions, 'open' | 'name' | 'retry'> {
  if (typeof source === 'string')
    return { open: () => transports[method](wires, source, admission), name: source, retry };
  return { open: () => listenInherited(wires, source, admission), name: 'the inherited socket', retry: false };
}

/** The settings with paths that mean the same in the background, where the working directory is another one. */
async function absolute({ files }: ProgramHost, settings: Startable): Promise<Startable> {
  const here = await files.realpath('.');
  const full = (path: string): string => (path.startsWith('/') ? path : `${here}/${path}`);
  const { fsfreezeHook, logfile, method, pidfile, source, statedir } = settings;
  return {
    ...settings,
    source: typeof source === 'number' || method === 'vsock-listen' ? source : full(source),
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
