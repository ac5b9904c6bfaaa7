import type { Glob } from './glob.js';

/** A pattern of a rule, as it was written. */
export interface Pattern {
  readonly text: string;
}

/** A pattern of paths or names. */
export interface NamePattern extends Pattern {
  /** it fits when one of these does: a path is also known by where its symbolic links lead */
  readonly globs: readonly Glob[];
}

/** A pattern of command lines. */
export interface ProgramPattern extends NamePattern {
  /** one for each argument */
  readonly args: readonly Glob[];
  /** further arguments may follow */
  readonly open: boolean;
}

/**
 * One rule: what it permits and what it excepts from that. An exception always wins; a rule of exceptions only permits
 * everything else; a rule with nothing in it permits nothing.
 */
export interface Rule<P extends Pattern> {
  /** as it is called in the configuration, or the profile that made it */
  readonly key: string;
  readonly permits: readonly P[];
  readonly excepts: readonly P[];
}

export const PROFILES = ['full', 'backup', 'monitor', 'read-only'] as const;
export type Profile = (typeof PROFILES)[number];

/** The group [policy] of a configuration; a rule that is not there restricts nothing. */
export interface PolicyRules {
  readonly profile: Profile;
  readonly dryRun: boolean;
  readonly fileRead: Rule<NamePattern> | undefined;
  readonly fileWrite: Rule<NamePattern> | undefined;
  readonly exec: Rule<ProgramPattern> | undefined;
  /** names of variables that a program may be given; used when there is a rule `exec` */
  readonly execEnv: Rule<NamePattern>;
  readonly freeze: Rule<NamePattern> | undefined;
  readonly passwordUsers: Rule<NamePattern> | undefined;
  readonly sshUsers: Rule<NamePattern> | undefined;
}

/** What a rule says: the exception that applies, or that nothing in it permits the thing; undefined when it is permitted. */
export function refusalOf<P extends Pattern>(
  rule: Rule<P>,
  permitted: (pattern: P) => boolean,
  excepted: (pattern: P) => boolean = permitted,
): string | undefined {
  const exception = rule.excepts.find(excepted);
  if (exception !== undefined) return `${rule.key} has the exception !${exception.text}`;
  if (rule.permits.some(permitted)) return undefined;
  if (rule.permits.length === 0 && rule.excepts.length > 0) return undefined;
  return `nothing in ${rule.key} permits it`;
}

/** Whether a rule permits nothing at all. */
export function isEmpty(rule: Rule<Pattern> | undefined): boolean {
  return rule !== undefined && rule.permits.length === 0 && rule.excepts.length === 0;
}
