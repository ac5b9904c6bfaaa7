import type { Command } from 'commander';
import type { Context } from './context.js';

/** What a verb was given on the command line besides the options that all verbs share. */
export interface Given<O extends object> {
  /** the words that are no options */
  readonly words: readonly string[];
  readonly options: O;
}

/** Something that `qga` can be told to do: one file in verbs/, one row in verbs/index.ts. */
export interface Verb<O extends object = object> {
  /** Declares arguments and options; commander's own checks and help follow from them. */
  setUp?(command: Command): void;
  /** @returns the exit code; nothing for 0 */
  run(context: Context, given: Given<O>): Promise<number | undefined>;
}

/** A verb as the overview, the completions and the manual list it. Its module is loaded only when it is asked for. */
export interface VerbEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly verb: Verb }>;
}
