import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { AgentProgram } from './types.js';

/** What the command line asks for. */
export interface Options {
  /** Agents given by `--agent` instead of ours. */
  readonly agents: readonly AgentProgram[];
  readonly reference: string | undefined;
  /** Write docs/compat.md instead of checking it. */
  readonly write: boolean;
  /** Run only the cases whose name begins with one of these; empty means all. */
  readonly only: readonly string[];
  /** Leave out the cases whose name begins with one of these. */
  readonly skip: readonly string[];
  /** Print what was recorded, for every agent. */
  readonly show: boolean;
}

/**
 * Reads the command line.
 *
 * @throws TypeError for an unknown option
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agent: { type: 'string', multiple: true },
      reference: { type: 'string' },
      write: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      skip: { type: 'string', multiple: true, default: [] },
      slow: { type: 'string', default: '1' },
      show: { type: 'boolean', default: false },
    },
  });
  return {
    agents: (values.agent ?? []).map((line) => ({
      label: line,
      command: splitCommandLine(line).map(fromHere),
      slowness: Number(values.slow),
    })),
    reference: values.reference,
    write: values.write,
    only: values.only,
    skip: values.skip,
    show: values.show,
  };
}

/** Splits at blanks; single or double quotes keep them. */
export function splitCommandLine(line: string): string[] {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** Agents run in directories of their own, so that paths which are meant from here are made absolute. */
function fromHere(word: string): string {
  return word.includes('/') && existsSync(word) ? resolve(word) : word;
}
