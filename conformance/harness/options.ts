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
  /** Only tell what can be asked for. */
  readonly help: boolean;
}

export const HELP = `node build/conformance/main.js [OPTION]...

--agent 'COMMAND LINE'  an agent to run instead of ours; may be repeated
--reference PATH        the agent that decides
--only PREFIX           only cases whose name begins so; may be repeated
--skip PREFIX           no cases whose name begins so; may be repeated
--slow FACTOR           give the agents of --agent that many times as long
--show                  print what was recorded
--write                 renew docs/compat.md
`;

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
      help: { type: 'boolean', short: 'h', default: false },
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
    help: values.help,
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
