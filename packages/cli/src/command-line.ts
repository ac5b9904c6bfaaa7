import { commandTables, type CommandName, type CommandTable } from '@qga/protocol';
import { readCount, readTimeout, type GlobalOptions } from './globals.js';
import { didYouMean } from './suggest.js';
import { UsageError } from './usage-error.js';
import { isSwitch, type GivenOptions } from './values.js';

/** What was asked for. */
export interface CommandLine {
  readonly help: boolean;
  /** the options that all verbs have */
  readonly globals: GlobalOptions;
  readonly command: CommandTable | undefined;
  readonly options: GivenOptions;
}

/** Names without the prefix that all have in common. */
export const shortName = (name: CommandName): string => name.replace(/^guest-/, '');

const SHORT_OPTIONS: Readonly<Record<string, string>> = { '-s': '--socket', '-g': '--guest', '-h': '--help' };

/** Options of qga itself that take a value. No command has an argument of that name. */
const OWN_OPTIONS = ['socket', 'guest', 'timeout', 'jobs'];

/** Takes the words of a command line one by one. */
class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  next(): string | undefined {
    return this.#words[this.#at++];
  }

  /** The value of an option: behind its `=`, or the next word. */
  value(option: string, attached: string | undefined): string {
    const value = attached ?? this.next();
    if (value === undefined) throw new UsageError(`${option} needs a value`);
    return value;
  }

  /** The value of an option that may go without: the next word counts unless it is an option. */
  valueIfAny(attached: string | undefined): string | undefined {
    if (attached !== undefined) return attached;
    const next = this.#words[this.#at];
    return next === undefined || next.startsWith('-') ? undefined : this.next();
  }
}

/**
 * Takes apart what follows `qga call`: `COMMAND [--argument value…]`. Options of qga itself may stand anywhere.
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const words = new Words(argv);
  const own = new Map<string, string[]>();
  const options = new Map<string, string[]>();
  let command: CommandTable | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const { name, attached } = splitOption(word);
    if (name === undefined) {
      if (command !== undefined)
        throw new UsageError(`unexpected word '${word}'; ${command.name} takes --options only`);
      command = findCommand(word);
    } else if (name === 'help' || name === 'json') own.set(name, []);
    else if (OWN_OPTIONS.includes(name)) {
      own.set(name, [...(own.get(name) ?? []), words.value(`--${name}`, attached)]);
    } else {
      const type = argumentType(command, name);
      const value = isSwitch(type) ? (words.valueIfAny(attached) ?? 'true') : words.value(`--${name}`, attached);
      options.set(name, [...(options.get(name) ?? []), value]);
    }
  }
  return { help: own.has('help'), globals: readGlobals(own), command, options };
}

function readGlobals(own: ReadonlyMap<string, readonly string[]>): GlobalOptions {
  const [socket, timeout, jobs] = ['socket', 'timeout', 'jobs'].map((name) => own.get(name)?.at(-1));
  return {
    guest: own.get('guest') ?? [],
    ...(socket === undefined ? {} : { socket }),
    ...(timeout === undefined ? {} : { timeout: readTimeout(timeout) }),
    ...(jobs === undefined ? {} : { jobs: readCount('--jobs', jobs) }),
    ...(own.has('json') ? { json: true } : {}),
  };
}

/** `--name=value` or `-s`; no name for a word that is no option. */
function splitOption(word: string): { name: string | undefined; attached: string | undefined } {
  const long = SHORT_OPTIONS[word] ?? word;
  const match = /^--([a-z][a-z0-9-]*)(?:=([^]*))?$/.exec(long);
  if (match === null && word.startsWith('-')) throw new UsageError(`unknown option '${word}'; try qga call --help`);
  return { name: match?.[1], attached: match?.[2] };
}

function findCommand(word: string): CommandTable {
  const known = Object.values(commandTables);
  const found = known.find(({ name }) => name === word || name === `guest-${word}`);
  if (found !== undefined) return found;
  const names = known.map(({ name }) => shortName(name));
  throw new UsageError(
    `unknown command '${word}'${didYouMean(word.replace(/^guest-/, ''), names) || '; qga call --help lists them'}`,
  );
}

function argumentType(command: CommandTable | undefined, name: string): CommandTable['returns'] {
  if (command === undefined) throw new UsageError(`unknown option --${name}; options of a command stand behind it`);
  const { members } = command.arguments;
  const member = members.find((candidate) => candidate.name === name);
  if (member !== undefined) return member.type;
  const guess = didYouMean(
    name,
    members.map((candidate) => candidate.name),
  );
  throw new UsageError(
    `${command.name} has no option --${name}${guess || `; try qga call ${shortName(command.name)} --help`}`,
  );
}
