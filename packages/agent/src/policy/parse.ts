import { keyFileBoolean, keyFileString, type KeyLine } from '../core/key-file.js';
import { compileGlob, GlobError } from './glob.js';
import { PROFILES, type NamePattern, type PolicyRules, type Profile, type ProgramPattern, type Rule } from './rules.js';

/** The group of the configuration file that holds the policy. */
export const POLICY_GROUP = 'policy';

/** Bounds of a policy: enough for any administrator, and a check against all of it takes no noticeable time. */
export const POLICY_LIMITS = { patterns: 256, patternLength: 512, programArguments: 64 } as const;

/** A policy that cannot be used; the message names the line. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * Reads the group [policy] of a configuration file.
 * @param lines of the whole file; other groups are left alone
 * @throws PolicyError naming the line: what is not understood must not be taken for a permission
 */
export function parsePolicy(lines: readonly KeyLine[]): PolicyRules {
  const values = new Map<string, KeyLine>();
  for (const line of lines) {
    if (line.group !== POLICY_GROUP) continue;
    if (!KEYS.has(line.key)) fail(line, `no such rule: '${line.key}' (known: ${[...KEYS].join(', ')})`);
    const before = values.get(line.key);
    if (before !== undefined) fail(line, `'${line.key}' is in line ${String(before.line)} already`);
    values.set(line.key, line);
  }
  const rules = readRules(values);
  const count = [rules.fileRead, rules.fileWrite, rules.exec, rules.execEnv, rules.freeze]
    .concat(rules.passwordUsers, rules.sshUsers)
    .reduce((sum, rule) => sum + (rule?.permits.length ?? 0) + (rule?.excepts.length ?? 0), 0);
  if (count > POLICY_LIMITS.patterns) {
    throw new PolicyError(`the policy has ${String(count)} patterns, more than ${String(POLICY_LIMITS.patterns)}`);
  }
  return rules;
}

const KEYS: ReadonlySet<string> = new Set([
  'profile',
  'dry-run',
  'file-read',
  'file-write',
  'exec',
  'exec-env',
  'freeze',
  'password-users',
  'ssh-users',
]);

function readRules(values: ReadonlyMap<string, KeyLine>): PolicyRules {
  const profile = readProfile(values.get('profile'));
  const write = values.get('file-write');
  const readOnly = profile === 'read-only';
  if (readOnly && write !== undefined) fail(write, "'file-write' contradicts profile=read-only");
  return {
    profile,
    dryRun: readFlag(values.get('dry-run')),
    fileRead: readRule(values.get('file-read'), pathPattern),
    fileWrite: readOnly ? emptyRule('profile=read-only') : readRule(write, pathPattern),
    exec: readRule(values.get('exec'), programPattern),
    execEnv: readRule(values.get('exec-env'), namePattern) ?? emptyRule('exec-env'),
    freeze: readRule(values.get('freeze'), pathPattern),
    passwordUsers: readRule(values.get('password-users'), namePattern),
    sshUsers: readRule(values.get('ssh-users'), namePattern),
  };
}

function emptyRule(key: string): Rule<NamePattern> {
  return { key, permits: [], excepts: [] };
}

function fail({ line }: KeyLine, reason: string): never {
  throw new PolicyError(`line ${String(line)}: ${reason}`);
}

function readProfile(line: KeyLine | undefined): Profile {
  if (line === undefined) return 'full';
  const profile = PROFILES.find((name) => name === line.value.trim());
  return profile ?? fail(line, `no such profile: '${line.value}' (known: ${PROFILES.join(', ')})`);
}

function readFlag(line: KeyLine | undefined): boolean {
  if (line === undefined) return false;
  return keyFileBoolean(line.value) ?? fail(line, `'${line.key}' must be true or false, not '${line.value}'`);
}

function readRule<P>(
  line: KeyLine | undefined,
  read: (text: string, excepts: boolean) => P,
): { key: string; permits: P[]; excepts: P[] } | undefined {
  if (line === undefined) return undefined;
  const rule = { key: line.key, permits: [] as P[], excepts: [] as P[] };
  for (const item of splitItems(line.value)) {
    const excepts = item.startsWith('!');
    const text = excepts ? item.slice(1).trim() : item;
    try {
      if (text.length > POLICY_LIMITS.patternLength) throw new GlobError('too long');
      (excepts ? rule.excepts : rule.permits).push(read(text, excepts));
    } catch (error) {
      if (!(error instanceof GlobError)) throw error;
      fail(line, `${line.key}: '${item}': ${error.message}`);
    }
  }
  return rule;
}

/** The items of a list: separated by semicolons, of which `\;` is none. Empty ones do not count. */
function splitItems(value: string): string[] {
  const items = value.split(/(?<!\\);/).map((item) => item.replaceAll('\\;', ';').trim());
  return items.filter((item) => item !== '');
}

/** @throws GlobError */
function namePattern(text: string): NamePattern {
  const shown = keyFileString(text);
  return { text: shown, globs: [compileGlob(shown, 'text')] };
}

/** @throws GlobError */
function pathPattern(text: string): NamePattern {
  const shown = keyFileString(text);
  if (!shown.startsWith('/')) throw new GlobError('a path must begin with a slash');
  const plain = shown.replace(/(?<=.)\/$/, '');
  if (plain !== '/' && plain.split('/').slice(1).some(isOddPart)) {
    throw new GlobError("a path must not have empty parts, '.' or '..'");
  }
  return { text: shown, globs: [compileGlob(plain, 'path')] };
}

function isOddPart(part: string): boolean {
  return part === '' || part === '.' || part === '..';
}

/**
 * A program's path and its arguments, separated by spaces (`\s` is a space within one). A last `**` stands for any number of
 * further arguments. An exception without arguments is one whatever they are; without `**` a permission is for no more than
 * what it lists.
 * @throws GlobError
 */
function programPattern(text: string, excepts: boolean): ProgramPattern {
  const [program = '', ...words] = text.split(/ +/);
  const open = words.at(-1) === '**';
  const args = (open ? words.slice(0, -1) : words).map((word) => compileGlob(keyFileString(word), 'text'));
  if (args.length > POLICY_LIMITS.programArguments) throw new GlobError('too many arguments');
  const whatever = excepts && words.length === 0;
  return { ...pathPattern(program), text: keyFileString(text), args, open: open || whatever };
}

/** The policy of an agent that was given none. */
export const NO_POLICY: PolicyRules = parsePolicy([]);
