import { commandRefusal } from './guard.js';
import { isEmpty, type Pattern, type PolicyRules, type Rule } from './rules.js';

/** How a rule's condition is told, and the commands that it is about. */
interface Condition {
  readonly rule: (rules: PolicyRules) => Rule<Pattern> | undefined;
  readonly about: string;
  readonly commands: readonly string[];
}

const SSH = ['guest-ssh-get-authorized-keys', 'guest-ssh-add-authorized-keys', 'guest-ssh-remove-authorized-keys'];

const CONDITIONS: readonly Condition[] = [
  { rule: (rules) => rules.fileRead, about: 'reading', commands: ['guest-file-open'] },
  { rule: (rules) => rules.fileWrite, about: 'writing', commands: ['guest-file-open'] },
  { rule: (rules) => rules.exec, about: 'programs', commands: ['guest-exec'] },
  {
    rule: (rules) => (rules.exec === undefined ? undefined : rules.execEnv),
    about: 'variables',
    commands: ['guest-exec'],
  },
  {
    rule: (rules) => rules.freeze,
    about: 'mountpoints',
    commands: ['guest-fsfreeze-freeze', 'guest-fsfreeze-freeze-list'],
  },
  { rule: (rules) => rules.passwordUsers, about: 'users', commands: ['guest-set-user-password'] },
  { rule: (rules) => rules.sshUsers, about: 'users', commands: SSH },
];

/** The lists of the configuration that come before the policy. */
export interface Lists {
  readonly allow: readonly string[];
  readonly block: readonly string[];
}

/**
 * A policy in plain words: a line for each command, then what is worth a second look.
 * @param commands all that the agent has
 */
export function explainPolicy(rules: PolicyRules, lists: Lists, commands: readonly string[]): string {
  const lines = commands.map((command) => `${command.padEnd(34)} ${verdict(rules, lists, command)}`);
  const dry = rules.dryRun ? ['Dry run: what the policy would deny is logged and done all the same.', ''] : [];
  return `${[`Profile: ${rules.profile}`, '', ...dry, ...lines, ...notes(rules, lists)].join('\n')}\n`;
}

function verdict(rules: PolicyRules, lists: Lists, command: string): string {
  if (lists.block.includes(command)) return 'denied: block-rpcs names it';
  if (lists.allow.length > 0 && !lists.allow.includes(command)) return 'denied: allow-rpcs does not name it';
  const refusal = commandRefusal(rules, command);
  if (refusal !== undefined) return `denied: ${refusal}`;
  const conditions = CONDITIONS.filter((condition) => condition.commands.includes(command)).flatMap((condition) => {
    const rule = condition.rule(rules);
    return rule === undefined ? [] : [`${condition.about}: ${inWords(rule)}`];
  });
  return conditions.length === 0 ? 'allowed' : `allowed with conditions: ${conditions.join('; ')}`;
}

function inWords(rule: Rule<Pattern>): string {
  if (isEmpty(rule)) return 'none';
  const list = (patterns: readonly Pattern[]): string => patterns.map(({ text }) => text).join(', ');
  const permitted = rule.permits.length === 0 ? 'all' : `only ${list(rule.permits)}`;
  return rule.excepts.length === 0 ? permitted : `${permitted} except ${list(rule.excepts)}`;
}

/** Combinations that give more than they seem to. */
function notes(rules: PolicyRules, lists: Lists): string[] {
  const may = (command: string): boolean => verdict(rules, lists, command).startsWith('allowed');
  const found: string[] = [];
  const restricted = CONDITIONS.some(({ rule }) => rule(rules) !== undefined);
  if (restricted && rules.exec === undefined && may('guest-exec')) {
    found.push('guest-exec is not restricted: a program can do whatever the other rules deny.');
  }
  if (restricted && rules.fileWrite === undefined && may('guest-file-open') && may('guest-file-write')) {
    found.push('file-write is not restricted: who can write any file can do whatever the other rules deny.');
  }
  if (rules.fileRead !== undefined && rules.fileRead.permits.length === 0 && rules.fileRead.excepts.length > 0) {
    found.push('file-read has exceptions only: devices under /dev show the content of every file.');
  }
  return found.length === 0 ? [] : ['', ...found.map((note) => `Note: ${note}`)];
}
