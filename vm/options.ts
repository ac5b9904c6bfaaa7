import { parseArgs } from 'node:util';

/** What the command line asked for. */
export interface Options {
  /** Name of the agent variant to put into the machine. */
  readonly agent: string;
  /** Run only the scenarios whose name contains this text; empty runs all. */
  readonly only: string;
  /** Run only what an agent is said not to pass, to see whether that is so. */
  readonly observe: boolean;
  /** When something the machine needs is not installed, succeed without running anything. */
  readonly skipIfMissing: boolean;
  readonly help: boolean;
}

export const usage = `usage: node build/vm/main.js [--agent native|ours|qemu] [--only TEXT] [--observe] [--skip-if-missing]

  --agent NAME       the agent inside the machine: native (default), ours (on Node) or qemu (Debian's qemu-ga, to prove the test itself)
  --only TEXT        run only the scenarios whose name contains TEXT
  --observe          run only the scenarios that the agent is said not to pass, and fail those that it passes
  --skip-if-missing  exit 0 instead of 1 when a needed program or file is not installed
`;

/**
 * Reads the command line.
 * @param args everything after the script's name
 * @throws TypeError on an unknown option
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agent: { type: 'string', default: 'native' },
      only: { type: 'string', default: '' },
      observe: { type: 'boolean', default: false },
      'skip-if-missing': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { agent, only, observe, help } = values;
  return { agent, only, observe, skipIfMissing: values['skip-if-missing'], help };
}
