import type { Paths } from '../linux/paths.js';
import {
  groupsOf,
  keyFileBoolean,
  keyFileString,
  KeyFileError,
  readKeyLines,
  toKeyFileValue,
  type KeyLine,
} from './key-file.js';
import { emptySettings, type Settings } from './settings.js';
import type { OptionRow } from './option-row.js';
import { OPTIONS } from './options.js';
import { OWN_OPTIONS } from './own-options.js';

/** Keys of --dump-conf, in the order of QEMU's agent. */
const DUMPED = [
  'daemon',
  'method',
  'path',
  'logfile',
  'pidfile',
  'fsfreeze-hook',
  'statedir',
  'verbose',
  'retry-path',
  'block-rpcs',
  'allow-rpcs',
];

/** A command line or a configuration that cannot be used; the message names the flag or key. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What the command line asks for. */
export interface CommandLine {
  /** the configuration file named by -c */
  readonly config: string | undefined;
  /** the configuration file whose policy is to be explained */
  readonly checkPolicy: string | undefined;
  /** how the self-test is to be told: `json`, or empty for people */
  readonly selfTest: string | undefined;
  readonly dumpConf: boolean;
  readonly version: boolean;
  readonly help: boolean;
  /** Lays the options over the settings of the configuration file. */
  apply(settings: Settings): void;
}

interface GivenOption {
  readonly row: OptionRow;
  readonly argument: string;
}

/**
 * Reads the command line as getopt_long does: short options may be bundled and carry their argument glued, long ones may be
 * abbreviated, words that are no options are ignored.
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[], paths: Paths): CommandLine {
  const given: GivenOption[] = [];
  const words = [...argv];
  for (let word = words.shift(); word !== undefined && word !== '--'; word = words.shift()) {
    if (word.startsWith('--')) given.push(readLong(word, words));
    else if (word.startsWith('-') && word.length > 1) given.push(...readShort(word, words));
  }
  const asked = (action: string): GivenOption[] =>
    given.filter(({ row }) => row.effect.kind === 'action' && row.effect.action === action);
  return {
    config: asked('config').at(-1)?.argument,
    checkPolicy: asked('check-policy').at(-1)?.argument,
    selfTest: asked('self-test').at(-1)?.argument,
    dumpConf: asked('dump-conf').length > 0,
    version: asked('version').length > 0,
    help: asked('help').length > 0,
    apply(settings) {
      for (const { row, argument } of given) setOption(settings, row, argument, paths);
    },
  };
}

function readLong(word: string, rest: string[]): GivenOption {
  const [name = '', ...value] = word.slice(2).split('=');
  const matching = optionsNamed(name);
  const [row, second] = matching;
  if (row === undefined) throw new UsageError(`unrecognized option '--${name}'`);
  if (second !== undefined) {
    const names = matching.map((candidate) => `'--${candidate.long}'`).join(' ');
    throw new UsageError(`option '--${name}' is ambiguous; possibilities: ${names}`);
  }
  const glued = word.includes('=') ? value.join('=') : undefined;
  if (row.argument === 'none' && glued !== undefined) {
    throw new UsageError(`option '--${row.long}' doesn't allow an argument`);
  }
  const argument = glued ?? (row.argument === 'required' ? rest.shift() : '');
  if (argument === undefined) throw new UsageError(`option '--${row.long}' requires an argument`);
  return { row, argument };
}

/** An abbreviation that is good for QEMU's agent means the same here, whatever options of ours begin alike. */
function optionsNamed(name: string): readonly OptionRow[] {
  const exact = OPTIONS.filter((row) => row.long === name);
  if (exact.length > 0) return exact;
  const matching = OPTIONS.filter((row) => row.long.startsWith(name));
  const [first, second] = matching.filter((row) => !OWN_OPTIONS.includes(row));
  return first !== undefined && second === undefined ? [first] : matching;
}

function readShort(word: string, rest: string[]): GivenOption[] {
  const given: GivenOption[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const row = OPTIONS.find((candidate) => candidate.short === letter);
    if (row === undefined) throw new UsageError(`invalid option -- '${letter}'`);
    if (row.argument === 'none') {
      given.push({ row, argument: '' });
      continue;
    }
    const glued = word.slice(at + 1);
    const argument = glued !== '' || row.argument === 'glued' ? glued : rest.shift();
    if (argument === undefined) throw new UsageError(`option requires an argument -- '${letter}'`);
    return [...given, { row, argument }];
  }
  return given;
}

function setOption(settings: Settings, row: OptionRow, argument: string, paths: Paths): void {
  const { effect } = row;
  if (effect.kind === 'flag') settings[effect.setting] = true;
  else if (effect.kind === 'list') settings[effect.setting].push(...splitList(argument));
  else if (effect.kind === 'number') {
    const value = readNumber(argument, effect);
    if (value === undefined) throw new UsageError(`option '--${row.long}': ${numberAdvice(effect)}, not '${argument}'`);
    settings[effect.setting] = value;
  } else if (effect.kind === 'text') {
    const bare = row.argument === 'glued' && argument === '';
    settings[effect.setting] = bare ? paths.fsfreezeHook : argument;
  }
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** A whole number of the range, in decimal digits; undefined for anything else. */
function readNumber(text: string, { least, most }: Range): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function numberAdvice({ least, most }: Range): string {
  return `a number from ${String(least)} to ${String(most)} is needed`;
}

/** Names of one list, in reverse: QEMU's agent stores them so, and --dump-conf shows it. */
function splitList(text: string): string[] {
  return text
    .split(',')
    .filter((name) => name !== '')
    .reverse();
}

/**
 * Reads a configuration file (GLib's key file format, group [general]); other groups and unknown keys are ignored, but for the
 * group [policy], whose lines are kept as they are.
 * @throws UsageError naming the file and the key or line
 */
export function parseConfig(text: string, path: string): Settings {
  const settings = emptySettings();
  let lines: KeyLine[];
  try {
    lines = readKeyLines(text);
  } catch (error) {
    if (error instanceof KeyFileError) throw configError(path, error.message);
    throw error;
  }
  settings.policy = lines.filter(({ group }) => group === 'policy');
  const general = groupsOf(lines).get('general') ?? new Map<string, string>();
  for (const { key, effect } of OPTIONS) {
    const value = key === undefined ? undefined : general.get(key);
    if (key === undefined || value === undefined) continue;
    if (effect.kind === 'flag') {
      const flag = keyFileBoolean(value);
      if (flag === undefined) throw configError(path, `key '${key}' must be true or false, not '${value}'`);
      settings[effect.setting] = flag;
    } else if (effect.kind === 'list') settings[effect.setting] = splitList(keyFileString(value));
    else if (effect.kind === 'number') {
      const number = readNumber(value.trim(), effect);
      if (number === undefined) throw configError(path, `key '${key}': ${numberAdvice(effect)}, not '${value}'`);
      settings[effect.setting] = number;
    } else if (effect.kind === 'text') settings[effect.setting] = keyFileString(value);
  }
  return settings;
}

/** @returns the error of a configuration file that cannot be used */
export function configError(path: string, reason: string): UsageError {
  return new UsageError(`error loading configuration from path: ${path}, ${reason}`);
}

/** The settings as a configuration file. What QEMU's agent does not have is shown only when it was set. */
export function dumpSettings(settings: Settings): string {
  const lines = DUMPED.map((key) => dumpRow(settings, key, 'always'));
  for (const { key } of OWN_OPTIONS) if (key !== undefined) lines.push(dumpRow(settings, key, 'when set'));
  const policy = settings.policy.map(({ key, value }) => `${key}=${value}\n`);
  if (policy.length > 0) lines.push('\n[policy]\n', ...policy);
  return `[general]\n${lines.join('')}`;
}

function dumpRow(settings: Settings, key: string, when: 'always' | 'when set'): string {
  const effect = OPTIONS.find((candidate) => candidate.key === key)?.effect;
  if (effect === undefined || effect.kind === 'action') return '';
  const value = settings[effect.setting];
  const unset = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
  if (value === undefined || (unset && when === 'when set')) return '';
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return `${key}=${effect.kind === 'flag' || effect.kind === 'number' ? text : toKeyFileValue(text)}\n`;
}

/** The text of --help. */
export function helpText(version: string): string {
  const rows = OPTIONS.map((row) => {
    const argument =
      row.metavar === undefined ? '' : row.argument === 'glued' ? `[=${row.metavar}]` : ` ${row.metavar}`;
    const letter = row.short === undefined ? '    ' : `-${row.short}, `;
    const names = `  ${letter}--${row.long}${argument}`;
    const [first = '', ...more] = row.help;
    const start = names.length < 28 ? names.padEnd(28) + first : `${names}\n${' '.repeat(28)}${first}`;
    return [start, ...more.map((line) => ' '.repeat(28) + line)].join('\n');
  });
  return `Usage: qemu-ga [-m METHOD -p PATH] [OPTION]...
QEMU guest agent ${version}

${rows.join('\n')}

Signals: SIGTERM and SIGINT stop the agent; frozen filesystems are thawed first.
Exit status: 0 stopped on request, 1 wrong usage or it could not start.
`;
}
