import { MESSAGE_LIMITS, type MessageLimits } from '@qga/protocol';

/** One bound that the agent keeps, and how far an operator may move it. */
export interface Limit {
  /** its name in errors, in the configuration file's group [general] and, with `--` before it, on the command line */
  readonly key: string;
  readonly least: number;
  readonly most: number;
  /** its value where nobody says anything */
  readonly usual: number;
  /** for --help; the value that is usual is told behind it */
  readonly help: readonly string[];
}

/** The bounds that an operator can move; docs/limits.md tells what comes of each. Those of a freeze are in freeze-session.ts. */
export const LIMITS = {
  maxClients: {
    key: 'max-clients',
    least: 1,
    most: 64,
    usual: 16,
    help: ['clients that are served at a time, further ones wait'],
  },
  writeTimeout: {
    key: 'write-timeout',
    least: 1,
    most: 86_400,
    usual: 60,
    help: ['seconds after which a client is dropped', 'that takes no reply'],
  },
  maxUnsent: {
    key: 'max-unsent',
    least: 4096,
    most: MESSAGE_LIMITS.size,
    usual: 1_048_576,
    help: ['bytes of replies that wait for a client', 'before it is answered further'],
  },
  maxRequestSize: {
    key: 'max-request-size',
    least: 4096,
    most: MESSAGE_LIMITS.size,
    usual: MESSAGE_LIMITS.size,
    help: ['bytes of one request'],
  },
  maxRequestDepth: {
    key: 'max-request-depth',
    least: 8,
    most: MESSAGE_LIMITS.nesting,
    usual: MESSAGE_LIMITS.nesting,
    help: ['brackets of a request that are open at a time'],
  },
  maxRequestsPerSecond: {
    key: 'max-requests-per-second',
    least: 0,
    most: 1_000_000,
    usual: 0,
    help: ['requests of one client each second, but for thaw,', 'freeze status and sync; 0: any number'],
  },
  maxOpenFiles: {
    key: 'max-open-files',
    least: 1,
    most: 65_536,
    usual: 4096,
    help: ['files that clients may have open'],
  },
  maxPrograms: {
    key: 'max-programs',
    least: 1,
    most: 4096,
    usual: 256,
    help: ['programs of guest-exec that run at a time'],
  },
  maxEndedPrograms: {
    key: 'max-ended-programs',
    least: 1,
    most: 65_536,
    usual: 1024,
    help: ['programs that are remembered after their end'],
  },
  maxProgramOutput: {
    key: 'max-program-output',
    least: 65_536,
    most: 999_999_999,
    usual: 128 * 1024 * 1024,
    help: ['bytes kept of what all programs wrote'],
  },
  helperTimeout: {
    key: 'helper-timeout',
    least: 1,
    most: 86_400,
    usual: 600,
    help: ["seconds that the agent's own helpers may run"],
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;

/** The value of each limit. */
export type Limits = Readonly<Record<LimitName, number>>;

/** What an operator has said of them. */
export type LimitSettings = Record<LimitName, number | undefined>;

const NAMES = Object.keys(LIMITS) as LimitName[];

/** Settings where nobody has said anything. */
export function noLimits(): LimitSettings {
  return Object.fromEntries(NAMES.map((name) => [name, undefined])) as LimitSettings;
}

/** The limits that result from what was said, which is within their ranges. */
export function limitsOf(settings: Partial<LimitSettings> = {}): Limits {
  return Object.fromEntries(NAMES.map((name) => [name, settings[name] ?? LIMITS[name].usual])) as Limits;
}

/** The limits of a request. One that is not QEMU's own is named in its error: nobody would know where it comes from. */
export function requestLimits({ maxRequestDepth, maxRequestSize }: Limits): MessageLimits {
  return {
    ...MESSAGE_LIMITS,
    nesting: maxRequestDepth,
    size: maxRequestSize,
    names: {
      ...(maxRequestDepth === MESSAGE_LIMITS.nesting ? {} : { nesting: LIMITS.maxRequestDepth.key }),
      ...(maxRequestSize === MESSAGE_LIMITS.size ? {} : { size: LIMITS.maxRequestSize.key }),
    },
  };
}
