import type { Paths } from '../linux/paths.js';
import type { KeyLine } from './key-file.js';
import { noLimits, type LimitSettings } from './limits.js';

export type Method = 'virtio-serial' | 'isa-serial' | 'unix-listen' | 'vsock-listen';
export const METHODS: readonly Method[] = ['virtio-serial', 'isa-serial', 'unix-listen', 'vsock-listen'];

/** The agent's settings after the configuration file and the command line; undefined where neither says anything. */
export interface Settings extends LimitSettings {
  daemon: boolean;
  method: string | undefined;
  path: string | undefined;
  logfile: string | undefined;
  pidfile: string | undefined;
  fsfreezeHook: string | undefined;
  statedir: string | undefined;
  verbose: boolean;
  retryPath: boolean;
  blockRpcs: string[];
  allowRpcs: string[];
  /** users that may connect to the unix socket, besides root and the agent's own */
  allowUids: string[];
  /** peers that may connect over vsock, besides the host */
  vsockAllowCids: string[];
  /** the lines of the configuration file's group [policy] */
  policy: readonly KeyLine[];
  /** a path, or `syslog` or `journald` */
  audit: string | undefined;
  /** bytes */
  auditMaxSize: number | undefined;
  auditKeep: number | undefined;
  auditSkip: string[];
  /** seconds, as the other times */
  freezeTimeout: number | undefined;
  freezeLeaseRefresh: boolean;
  freezeLimit: number | undefined;
  hookTimeout: number | undefined;
}

export function emptySettings(): Settings {
  return {
    ...noLimits(),
    daemon: false,
    method: undefined,
    path: undefined,
    logfile: undefined,
    pidfile: undefined,
    fsfreezeHook: undefined,
    statedir: undefined,
    verbose: false,
    retryPath: false,
    blockRpcs: [],
    allowRpcs: [],
    allowUids: [],
    vsockAllowCids: [],
    policy: [],
    audit: undefined,
    auditMaxSize: undefined,
    auditKeep: undefined,
    auditSkip: [],
    freezeTimeout: undefined,
    freezeLeaseRefresh: false,
    freezeLimit: undefined,
    hookTimeout: undefined,
  };
}

/** Settings with what cannot be absent. */
export interface CompleteSettings extends Settings {
  method: string;
  pidfile: string;
  statedir: string;
}

/**
 * Fills in what neither the configuration file nor the command line said.
 * @param inherited the kind of channel that the process was started with; it overrides the method, and there is no path
 */
export function withDefaults(settings: Settings, paths: Paths, inherited?: Method): CompleteSettings {
  const method = inherited ?? settings.method ?? 'virtio-serial';
  const devices: Readonly<Record<string, string>> = { 'virtio-serial': paths.virtioPort, 'isa-serial': paths.isaPort };
  return {
    ...settings,
    method,
    path: inherited === undefined ? (settings.path ?? devices[method]) : undefined,
    pidfile: settings.pidfile ?? paths.pidfile,
    statedir: settings.statedir ?? paths.statedir,
  };
}
