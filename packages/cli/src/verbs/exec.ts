import { ExecError, type ExecOptions, type ExecResult } from '@qga/client';
import type { Context } from '../context.js';
import { combinedExitCode } from '../exit-codes.js';
import { interruption } from '../interrupt.js';
import { LinePrinter } from '../output/line-printer.js';
import type { Selected } from '../select.js';
import { UsageError } from '../usage-error.js';
import type { Given, Verb } from '../verb.js';

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: string;
  readonly stdin?: boolean;
  readonly live?: boolean;
}

/** Exit codes for when the program's own is not to be had: those that env and timeout of the coreutils use. */
const FAILED = 125;
const TIMED_OUT = 124;
const SIGNALLED = 128;

/** Runs a program in the guest: output as it comes, exit code passed on, time limit kept by killing. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.argument('<COMMAND...>', 'the program and its arguments; no shell reads them').passThroughOptions();
    command.option('-e, --env <NAME=VALUE>', 'a variable; may be repeated', readVariable);
    command.option('--cwd <FOLDER>', 'where to run it');
    command.option('-u, --user <USER>', 'whom to run it as; default: the agent, that is root');
    command.option('-i, --stdin', 'give it what is on standard input');
    command.option('--no-live', 'print the output at the end; needs no shell in the guest');
    command.addHelpText(
      'after',
      `\nHere --timeout is how long the program may run, and there is no limit by default.\n` +
        `Exits with the program's exit code; 128 and the number of the signal that ended it; 124 when time was up; 125 when it\n` +
        `could not be run or the result is unknown.`,
    );
  },
  run: async (context, given) => {
    const input = given.options.stdin === true ? await readInput() : undefined;
    const { signal, release } = interruption();
    const outcomes = await context.each((guest, selected) => runIn(guest, selected, context, given, { input, signal }));
    release();
    const codes = outcomes.map((outcome) => {
      if ('value' in outcome) return outcome.value;
      context.complain(outcome.guest, outcome.error);
      if (outcome.error instanceof ExecError && outcome.error.reason === 'timeout') return TIMED_OUT;
      return signal.aborted ? 130 : outcome.error instanceof UsageError ? 2 : FAILED;
    });
    return combinedExitCode(codes);
  },
};

function readVariable(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--env wants NAME=VALUE, not '${text}'`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

interface Around {
  readonly input: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

type Runner = { exec(command: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> };

/** @returns the exit code */
async function runIn(
  guest: Runner,
  selected: Selected,
  context: Context,
  { words, options }: Given<Options>,
  { input, signal }: Around,
): Promise<number> {
  const [command = '', ...args] = words;
  const prefix = context.selection.many ? `${selected.name}: ` : '';
  const out = new LinePrinter(process.stdout, prefix);
  const errors = new LinePrinter(process.stderr, prefix);
  const live = options.live !== false && !context.json;
  const { env, cwd, user } = options;
  const timeout = context.globals.timeout;
  const result = await guest.exec(command, args, {
    env,
    cwd,
    user,
    stdin: input,
    timeout,
    signal,
    onStdout: live ? (bytes) => out.print(bytes) : undefined,
    onStderr: live ? (bytes) => errors.print(bytes) : undefined,
  });
  const { exitCode, signal: killer, stdoutText, stderrText, truncated } = result;
  if (context.json) {
    context.printValue(selected, { exitCode, signal: killer, stdout: stdoutText, stderr: stderrText, truncated });
  } else if (!live) {
    await out.print(result.stdout);
    await errors.print(result.stderr);
  }
  await Promise.all([out.end(), errors.end()]);
  return exitCode ?? SIGNALLED + (killer ?? 0);
}
