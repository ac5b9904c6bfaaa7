import { parseArgs } from 'node:util';
import { findReference } from './requirements.js';

/** What the command line asked for. */
export interface Options {
  /** The agent under test. */
  readonly agent: string;
  /** The agent to compare with; undefined when there is none. */
  readonly reference: string | undefined;
  /** Run only the steps whose name contains this text; empty runs all. */
  readonly only: string;
  /** When something that is needed is not installed, succeed without running anything. */
  readonly skipIfMissing: boolean;
  readonly help: boolean;
}

export const usage = `usage: node build/vm/libvirt/main.js [--agent NAME] [--reference NAME] [--only TEXT] [--skip-if-missing]

  --agent NAME       the agent to test: ours (default), or another of npm run test:vm
  --reference NAME   compare with QEMU's agent: newest (build/reference-agent; it decides) or qemu (the installed one,
                     older: differences are shown and not counted); by default the first of these that is here
  --only TEXT        run only the steps whose name contains TEXT
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
      agent: { type: 'string', default: 'ours' },
      reference: { type: 'string' },
      only: { type: 'string', default: '' },
      'skip-if-missing': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    agent: values.agent,
    reference: values.reference ?? findReference(),
    only: values.only,
    skipIfMissing: values['skip-if-missing'],
    help: values.help,
  };
}
