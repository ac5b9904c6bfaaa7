import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Context, type Program, type VerbInfo } from './context.js';
import { addGlobalOptions, mergeGlobals, WITH_VALUE, type GlobalOptions } from './globals.js';
import { didYouMean } from './suggest.js';
import { UsageError } from './usage-error.js';
import type { VerbEntry } from './verb.js';
import { VERBS } from './verbs/index.js';

/**
 * Does what a command line says. Only the module of the verb that it names is loaded: starting quickly matters.
 * @returns the exit code
 * @throws UsageError, GuestError
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const at = verbPosition(argv);
  const word = argv[at];
  if (word === undefined) return withoutVerb(argv);
  // the protocol's own names need no verb before them
  if (word.startsWith('guest-')) return runProgram([...argv.slice(0, at), 'call', ...argv.slice(at)]);
  const entry = VERBS.find(({ name }) => name === word);
  if (entry === undefined) {
    const names = VERBS.map(({ name }) => name);
    throw new UsageError(`unknown verb '${word}'${didYouMean(word, names) || '; qga --help lists them'}`);
  }
  let code = 0;
  const program = newProgram();
  await addVerb(program, entry, async (context, run) => {
    code = (await run(context)) ?? 0;
  });
  await parse(program, argv);
  return code;
}

/** @returns all verbs, loaded */
export async function describeVerbs(): Promise<VerbInfo[]> {
  const program = newProgram();
  const verbs: VerbInfo[] = [];
  for (const entry of VERBS) {
    const { name, group, summary } = entry;
    verbs.push({ name, group, summary, command: await addVerb(program, entry, () => Promise.resolve()) });
  }
  return verbs;
}

/** What verbs get that are about the program itself. */
const PROGRAM: Program = {
  verbNames: VERBS.map(({ name }) => name),
  run: runProgram,
  describe: describeVerbs,
};

/** Where the verb stands; the length when there is none. */
function verbPosition(argv: readonly string[]): number {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (WITH_VALUE.includes(word)) at += 1;
    else if (!word.startsWith('-')) return at;
  }
  return argv.length;
}

async function withoutVerb(argv: readonly string[]): Promise<number> {
  if (argv.includes('-V') || argv.includes('--version')) {
    process.stdout.write(`qga ${ownVersion()}\n`);
    return 0;
  }
  if (!argv.includes('-h') && !argv.includes('--help')) {
    const odd = argv.find(
      (word, at) => word.startsWith('-') && word !== '--json' && !WITH_VALUE.includes(argv[at] ?? ''),
    );
    throw new UsageError(odd === undefined ? 'what to do? qga --help lists the verbs' : `unknown option '${odd}'`);
  }
  const { overview } = await import('./overview.js');
  process.stdout.write(overview());
  return 0;
}

/** @returns qga as commander knows it, without verbs */
function newProgram(): Command {
  const program = new Command('qga');
  program
    .enablePositionalOptions()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr: () => undefined });
  return addGlobalOptions(program);
}

type Runner = (context: Context) => Promise<number | undefined>;

/** Loads a verb and declares it. @param act called when it is to run */
async function addVerb(
  program: Command,
  entry: VerbEntry,
  act: (context: Context, run: Runner) => Promise<void>,
): Promise<Command> {
  const { verb } = await entry.load();
  const command = program.command(entry.name).description(`${entry.summary}.`).showSuggestionAfterError();
  verb.setUp?.(command);
  addGlobalOptions(command).action(async () => {
    const { guest, socket, timeout, jobs, json, ...options } = command.opts<GlobalOptions>();
    const given = { guest, socket, timeout, jobs, json };
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const context = new Context(mergeGlobals(program.opts<GlobalOptions>(), present), PROGRAM);
    await act(context, (own) => verb.run(own, { words: command.args, options }));
  });
  return command;
}

/** Has commander parse; what it finds wrong becomes one line. */
async function parse(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new UsageError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
}

/** @returns the version of this package */
export function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
