import { DeniedError } from '../core/denied-error.js';
import type { FileAccess, Guard, Place } from '../core/guard.js';
import type { Log } from '../core/log.js';
import type { Platform } from '../platform.js';
import { globMatches } from './glob.js';
import { findPlace } from './place.js';
import { PROFILE_COMMANDS } from './profiles.js';
import { findNamed, type NamedProgram } from './program.js';
import { isEmpty, refusalOf, type NamePattern, type PolicyRules, type ProgramPattern, type Rule } from './rules.js';

/** Commands that a rule which permits nothing leaves no use for. */
const NEEDED: readonly { readonly rule: keyof PolicyRules; readonly key: string; readonly commands: string[] }[] = [
  { rule: 'fileRead', key: 'file-read', commands: ['guest-file-read'] },
  { rule: 'fileWrite', key: 'file-write', commands: ['guest-file-write'] },
  { rule: 'exec', key: 'exec', commands: ['guest-exec'] },
  { rule: 'freeze', key: 'freeze', commands: ['guest-fsfreeze-freeze', 'guest-fsfreeze-freeze-list'] },
  { rule: 'passwordUsers', key: 'password-users', commands: ['guest-set-user-password'] },
  {
    rule: 'sshUsers',
    key: 'ssh-users',
    commands: ['guest-ssh-get-authorized-keys', 'guest-ssh-add-authorized-keys', 'guest-ssh-remove-authorized-keys'],
  },
];

/** Why a command may not be called at all: the rule's words; undefined when it may. */
export function commandRefusal(rules: PolicyRules, command: string): string | undefined {
  const commands = PROFILE_COMMANDS[rules.profile];
  if (commands !== undefined && !commands.has(command)) return `profile=${rules.profile} does not include it`;
  const closed = NEEDED.find((row) => row.commands.includes(command) && isEmpty(rules[row.rule] as Rule<NamePattern>));
  return closed === undefined ? undefined : `${closed.key} permits nothing`;
}

/** The policy of a configuration, at work. */
export class RuleGuard implements Guard {
  readonly #rules: PolicyRules;
  readonly #log: Log;

  /** @param rules with their links resolved */
  constructor(rules: PolicyRules, log: Log) {
    this.#rules = rules;
    this.#log = log;
  }

  permits(command: string): boolean {
    return this.#rules.dryRun || commandRefusal(this.#rules, command) === undefined;
  }

  checkCommand(command: string): void {
    const why = commandRefusal(this.#rules, command);
    if (why === undefined || this.#lets(`${command}: ${why}`)) return;
    throw new DeniedError(`Command ${command} has been disabled: policy: ${why}`, 'CommandNotFound');
  }

  async place(platform: Platform, path: string, access: FileAccess): Promise<Place> {
    const { fileRead, fileWrite } = this.#rules;
    const rules = [access.read ? fileRead : undefined, access.write ? fileWrite : undefined];
    const asked = rules.filter((rule) => rule !== undefined);
    if (asked.length === 0) return { path, flags: 0, release: () => Promise.resolve() };
    const place = await findPlace(platform, path);
    try {
      for (const rule of asked) this.#judge(rule, place.real, (pattern) => fits(pattern, place.real, 'path'));
      return place;
    } catch (error) {
      await place.release();
      throw error;
    }
  }

  async program(platform: Platform, file: string, args: readonly string[], env?: readonly string[]): Promise<string> {
    const { exec, execEnv } = this.#rules;
    if (exec === undefined) return file;
    const program = await findNamed(platform, file);
    this.#judge(
      exec,
      `${file} (${String(args.length)} arguments)`,
      (pattern) => fits(pattern, program.named, 'path') && fitsArguments(pattern, args),
      (pattern) => isProgram(pattern, program) && fitsArguments(pattern, args),
    );
    for (const entry of env ?? []) {
      const name = entry.split('=', 1)[0] ?? '';
      this.#judge(execEnv, `variable ${name}`, (pattern) => fits(pattern, name, 'text'));
    }
    return program.named;
  }

  async checkFreeze(mountpoints: () => Promise<readonly string[]>): Promise<void> {
    const { freeze } = this.#rules;
    if (freeze === undefined) return;
    for (const path of await mountpoints()) this.#judge(freeze, path, (pattern) => fits(pattern, path, 'path'));
  }

  checkUser(key: 'password-users' | 'ssh-users', username: string): void {
    const rule = key === 'ssh-users' ? this.#rules.sshUsers : this.#rules.passwordUsers;
    if (rule !== undefined) this.#judge(rule, username, (pattern) => fits(pattern, username, 'text'));
  }

  #judge<P extends NamePattern>(
    rule: Rule<P>,
    what: string,
    permitted: (pattern: P) => boolean,
    excepted?: (pattern: P) => boolean,
  ): void {
    const why = refusalOf(rule, permitted, excepted);
    if (why === undefined || this.#lets(`'${what}': ${why}`)) return;
    throw new DeniedError(`denied by policy: '${what}': ${why}`);
  }

  /** Whether what would be denied is let through, and only logged. */
  #lets(what: string): boolean {
    if (this.#rules.dryRun) this.#log.write('error', `policy (dry run) would deny ${what}`);
    else this.#log.write('error', `policy denied ${what}`);
    return this.#rules.dryRun;
  }
}

function fits({ globs }: NamePattern, text: string, kind: 'path' | 'text'): boolean {
  return globs.some((glob) => globMatches(glob, text, kind));
}

function isProgram(pattern: ProgramPattern, { named, real }: NamedProgram): boolean {
  return fits(pattern, named, 'path') || fits(pattern, real, 'path');
}

function fitsArguments({ args: wanted, open }: ProgramPattern, args: readonly string[]): boolean {
  if (open ? args.length < wanted.length : args.length !== wanted.length) return false;
  return wanted.every((glob, at) => globMatches(glob, args[at] ?? '', 'text'));
}
