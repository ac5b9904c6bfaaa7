import type { CompleteSettings } from '../core/settings.js';
import type { Paths } from '../linux/paths.js';
import type { Platform } from '../platform.js';

/** What was looked at. */
export type Area =
  'channel' | 'rights' | 'commands' | 'policy' | 'audit' | 'filesystems' | 'hook' | 'state' | 'programs';

/** warning: something will not work that a host may ask for; broken: the agent cannot do its work. */
export type Verdict = 'ok' | 'warning' | 'broken';

/** One thing that was looked at, and what to do when it is not well. */
export interface Finding {
  readonly area: Area;
  readonly verdict: Verdict;
  readonly text: string;
  readonly hint?: string;
}

/** The configuration's policy, as far as the self-test tells of it. */
export interface PolicyFacts {
  readonly profile: string;
  /** what would be denied is done all the same */
  readonly dryRun: boolean;
  /** @returns why the command may not be called at all; undefined when it may */
  refusal(command: string): string | undefined;
}

/** What the checks look at. They change nothing in the guest, and freeze nothing. */
export interface Patient {
  readonly platform: Pick<Platform, 'files' | 'kernels' | 'system' | 'clock'>;
  readonly paths: Paths;
  readonly settings: CompleteSettings;
  /** all that the agent offers */
  readonly commands: readonly string[];
  /** undefined: everything may be called */
  readonly policy: PolicyFacts | undefined;
}

/** One area of the self-test. */
export type Check = (patient: Patient) => Promise<Finding[]>;
