import type { Paths } from '../linux/paths.js';
import type { KeyLine } from './key-file.js';

export type Method = 'virtio-serial' | 'isa-serial' | 'unix-listen' | 'vsock-listen';
export const METHODS: readonly Method[] = ['virtio-serial', 'isa-serial', 'unix-listen', 'vsock-listen'];

/** The agent's settings after the configuration file and the command line; undefined where neither says anything. */
export interface Settings {
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
}

export function emptySettings(): Settings {
  return {
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
  };
}

type KeysOf<T> = { [K in keyof Settings]-?: Settings[K] extends T ? K : never }[keyof Settings];

/** What happens when an option is given. The first three set a value and are keys of the configuration file too. */
export type OptionEffect =
  | { readonly kind: 'flag'; readonly setting: KeysOf<boolean> }
  | { readonly kind: 'text'; readonly setting: KeysOf<string | undefined> }
  | { readonly kind: 'list'; readonly setting: KeysOf<string[]> }
  | { readonly kind: 'action'; readonly action: 'config' | 'check-policy' | 'dump-conf' | 'version' | 'help' };

/** One option, once: the command line, the configuration file, --dump-conf and --help all read this. */
export interface OptionRow {
  /** none for options that QEMU's agent does not have: its letters stay its own */
  readonly short?: string;
  readonly long: string;
  /** glued: an optional argument, only as `-F/path` or `--long=/path` */
  readonly argument: 'none' | 'required' | 'glued';
  /** how the argument is called in the help text */
  readonly metavar?: string;
  readonly effect: OptionEffect;
  /** key in the group [general] */
  readonly key?: string;
  readonly help: readonly string[];
}

/** In the order of --help. */
export const OPTIONS: readonly OptionRow[] = [
  {
    short: 'c',
    long: 'config',
    argument: 'required',
    metavar: 'PATH',
    effect: { kind: 'action', action: 'config' },
    help: ['configuration file; must exist when given', '(default: $QGA_CONF, else /etc/qemu/qemu-ga.conf)'],
  },
  {
    short: 'm',
    long: 'method',
    argument: 'required',
    metavar: 'METHOD',
    effect: { kind: 'text', setting: 'method' },
    key: 'method',
    help: ['virtio-serial (default), isa-serial, unix-listen, vsock-listen'],
  },
  {
    short: 'p',
    long: 'path',
    argument: 'required',
    metavar: 'PATH',
    effect: { kind: 'text', setting: 'path' },
    key: 'path',
    help: [
      'device, socket path, or CID:PORT for vsock-listen',
      '(default: /dev/virtio-ports/org.qemu.guest_agent.0 for virtio-serial,',
      '/dev/ttyS0 for isa-serial, none for the others)',
    ],
  },
  {
    short: 'l',
    long: 'logfile',
    argument: 'required',
    metavar: 'PATH',
    effect: { kind: 'text', setting: 'logfile' },
    key: 'logfile',
    help: ['append the log to this file (default: standard error)'],
  },
  {
    short: 'f',
    long: 'pidfile',
    argument: 'required',
    metavar: 'PATH',
    effect: { kind: 'text', setting: 'pidfile' },
    key: 'pidfile',
    help: ['pid file, used with -d (default: /var/run/qemu-ga.pid)'],
  },
  {
    short: 'F',
    long: 'fsfreeze-hook',
    argument: 'glued',
    metavar: 'PATH',
    effect: { kind: 'text', setting: 'fsfreezeHook' },
    key: 'fsfreeze-hook',
    help: [
      'run a hook with "freeze" before a freeze and "thaw" after a thaw',
      '(without PATH: /etc/qemu/fsfreeze-hook; write -F/path, no space)',
    ],
  },
  {
    short: 't',
    long: 'statedir',
    argument: 'required',
    metavar: 'DIR',
    effect: { kind: 'text', setting: 'statedir' },
    key: 'statedir',
    help: ['directory for state that must survive a restart (default: /var/run)'],
  },
  {
    short: 'v',
    long: 'verbose',
    argument: 'none',
    effect: { kind: 'flag', setting: 'verbose' },
    key: 'verbose',
    help: ['log everything, not only errors'],
  },
  {
    short: 'd',
    long: 'daemonize',
    argument: 'none',
    effect: { kind: 'flag', setting: 'daemon' },
    key: 'daemon',
    help: ['run in the background; returns once the channel is open'],
  },
  {
    short: 'r',
    long: 'retry-path',
    argument: 'none',
    effect: { kind: 'flag', setting: 'retryPath' },
    key: 'retry-path',
    help: ['try again every 5 s when the channel cannot be opened or breaks'],
  },
  {
    short: 'b',
    long: 'block-rpcs',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'blockRpcs' },
    key: 'block-rpcs',
    help: ['commands to refuse, separated by commas; "help" lists all commands'],
  },
  {
    short: 'a',
    long: 'allow-rpcs',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'allowRpcs' },
    key: 'allow-rpcs',
    help: ['refuse all commands but these, separated by commas; "help" lists them'],
  },
  {
    long: 'allow-uids',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'allowUids' },
    key: 'allow-uids',
    help: ['users (numbers) that may connect with unix-listen, besides root', "and the agent's own"],
  },
  {
    long: 'vsock-allow-cids',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'vsockAllowCids' },
    key: 'vsock-allow-cids',
    help: ['peers (numbers) that may connect with vsock-listen, besides the host (2)'],
  },
  {
    long: 'check-policy',
    argument: 'required',
    metavar: 'FILE',
    effect: { kind: 'action', action: 'check-policy' },
    help: ['explain the policy of a configuration file, and exit'],
  },
  {
    short: 'D',
    long: 'dump-conf',
    argument: 'none',
    effect: { kind: 'action', action: 'dump-conf' },
    help: ['print the settings that result, as a configuration file, and exit'],
  },
  {
    short: 'V',
    long: 'version',
    argument: 'none',
    effect: { kind: 'action', action: 'version' },
    help: ['print the version and exit'],
  },
  {
    short: 'h',
    long: 'help',
    argument: 'none',
    effect: { kind: 'action', action: 'help' },
    help: ['print this text and exit'],
  },
];

/** Settings with what cannot be absent. */
export interface CompleteSettings extends Settings {
  method: string;
  pidfile: string;
  statedir: string;
}

/** Fills in what neither the configuration file nor the command line said. */
export function withDefaults(settings: Settings, paths: Paths): CompleteSettings {
  const method = settings.method ?? 'virtio-serial';
  const devices: Readonly<Record<string, string>> = { 'virtio-serial': paths.virtioPort, 'isa-serial': paths.isaPort };
  return {
    ...settings,
    method,
    path: settings.path ?? devices[method],
    pidfile: settings.pidfile ?? paths.pidfile,
    statedir: settings.statedir ?? paths.statedir,
  };
}
