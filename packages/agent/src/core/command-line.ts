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
import { emptySettings, OPTIONS, type OptionRow, type Settings } from './options.js';

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
  const exact = OPTIONS.filter((row) => row.long === name);
  const matching = exact.length > 0 ? exact : OPTIONS.filter((row) => row.long.startsWith(name));
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
  else if (effect.kind === 'text') {
    const bare = row.argument === 'glued' && argument === '';
    settings[effect.setting] = bare ? paths.fsfreezeHook : argument;
  }
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
    else if (effect.kind === 'text') settings[effect.setting] = keyFileString(value);
  }
  return settings;
}

/** @returns the error of a configuration file that cannot be used */
export function configError(path: string, reason: string): UsageError {
  return new UsageError(`error loading configuration from path: ${path}, ${reason}`);
}

/** The settings as a configuration file. */
export function dumpSettings(settings: Settings): string {
  const order = [
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
  const lines = order.map((key) => {
    const effect = OPTIONS.find((row) => row.key === key)?.effect;
    if (effect === undefined || effect.kind === 'action') return '';
    if (effect.kind === 'flag') return `${key}=${String(settings[effect.setting])}\n`;
    if (effect.kind === 'list') return `${key}=${toKeyFileValue(settings[effect.setting].join(','))}\n`;
    const text = settings[effect.setting];
    return text === undefined ? '' : `${key}=${toKeyFileValue(text)}\n`;
  });
  // what QEMU's agent does not have is shown only when it is there
  for (const key of ['allow-uids', 'vsock-allow-cids']) {
    const effect = OPTIONS.find((row) => row.key === key)?.effect;
    const values = effect?.kind === 'list' ? settings[effect.setting] : [];
    if (values.length > 0) lines.push(`${key}=${values.join(',')}\n`);
  }
  const policy = settings.policy.map(({ key, value }) => `${key}=${value}\n`);
  if (policy.length > 0) lines.push('\n[policy]\n', ...policy);
  return `[general]\n${lines.join('')}`;
}

/** The text of --help. */
export function helpText(version: string): string {
  const rows = OPTIONS.map((row) => {
    const argument =
      row.metavar === undefined ? '' : row.argument === 'glued' ? `[=${row.metavar}]` : ` ${row.metavar}`;
    const names = `  ${row.short === undefined ? '    ' : `-${row.short}, `}--${row.long}${argument}`;
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
