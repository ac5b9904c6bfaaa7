import type { Command } from 'commander';
import { UsageError } from './usage-error.js';

/** Options that every verb takes, before or after its name. */
export interface GlobalOptions {
  readonly guest?: readonly string[];
  readonly socket?: string;
  readonly timeout?: number;
  readonly jobs?: number;
  readonly json?: boolean;
}

/** Those of them that are followed by a value: what to skip when looking for the verb. */
export const WITH_VALUE: readonly string[] = ['-g', '--guest', '-s', '--socket', '--timeout', '--jobs'];

/** What the help of each verb and the manual say about them. */
export const GLOBAL_HELP: readonly (readonly [flags: string, text: string])[] = [
  ['-g, --guest NAME', "a guest's name, a pattern such as 'web-*', or a target; may be repeated"],
  ['-s, --socket TARGET', 'a target: the path of a socket, tcp:HOST:PORT, libvirt:DOMAIN, …'],
  ['--timeout SECONDS', 'how long a command of the agent may take; default 30'],
  ['--jobs NUMBER', 'how many guests at the same time; default 8'],
  ['--json', 'print JSON, for scripts'],
];

const PARSERS: Readonly<Record<string, (text: string, before: unknown) => unknown>> = {
  '--guest': (text, before) => [...((before ?? []) as string[]), text],
  '--timeout': (text) => readTimeout(text),
  '--jobs': (text) => readCount('--jobs', text),
};

/** Declares them. */
export function addGlobalOptions(command: Command): Command {
  for (const [flags, text] of GLOBAL_HELP) {
    const long = /--[a-z]+/.exec(flags)?.[0] ?? '';
    const parser = PARSERS[long];
    const shown = flags.replace(/ ([A-Z]+)$/, ' <$1>');
    if (parser === undefined) command.option(shown, text);
    else command.option(shown, text, parser);
  }
  return command;
}

/** @returns what was given before the verb and behind it, together */
export function mergeGlobals(before: GlobalOptions, behind: GlobalOptions): GlobalOptions {
  return { ...before, ...behind, guest: [...(before.guest ?? []), ...(behind.guest ?? [])] };
}

/** setTimeout takes 32 bits. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** @returns milliseconds */
export function readTimeout(text: string, option = '--timeout'): number {
  const milliseconds = Number(text) * 1000;
  if (milliseconds > 0 && milliseconds <= LONGEST_TIMEOUT) return milliseconds;
  const most = String(Math.floor(LONGEST_TIMEOUT / 1000));
  throw new UsageError(`${option} wants a number of seconds, up to ${most}, not '${text}'`);
}

/** @returns a number from 1 on */
export function readCount(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`${option} wants a number from 1 on, not '${text}'`);
}
