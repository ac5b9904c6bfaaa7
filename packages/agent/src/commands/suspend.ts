import { AgentError } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { O_CLOEXEC, O_WRONLY } from '../linux/constants.js';

/** How systemd, pm-utils and the kernel call a way to suspend. */
interface Mode {
  readonly unit: string;
  readonly verb: string;
  readonly pmFlag: string;
  readonly pmProgram: string;
  /** in /sys/power/state; the kernel has no word for the hybrid */
  readonly word?: string;
}

const DISK: Mode = {
  unit: 'systemd-hibernate',
  verb: 'hibernate',
  pmFlag: '--hibernate',
  pmProgram: 'pm-hibernate',
  word: 'disk',
};
const RAM: Mode = {
  unit: 'systemd-suspend',
  verb: 'suspend',
  pmFlag: '--suspend',
  pmProgram: 'pm-suspend',
  word: 'mem',
};
const HYBRID: Mode = {
  unit: 'systemd-hybrid-sleep',
  verb: 'hybrid-sleep',
  pmFlag: '--suspend-hybrid',
  pmProgram: 'pm-suspend-hybrid',
};

/** `systemctl status` exits so for a unit that exists and does not run. */
const UNIT_EXISTS: readonly (number | undefined)[] = [1, 2, 3];

/** One way to suspend. Failing is no end: the next one is tried. */
interface Strategy {
  supported(mode: Mode, context: Context): Promise<boolean>;
  /** @throws AgentError */
  suspend(mode: Mode, context: Context): Promise<void>;
}

const systemd: Strategy = {
  supported: async ({ unit }, { helpers }) => UNIT_EXISTS.includes(await helpers.status('systemctl', ['status', unit])),
  suspend: ({ verb }, context) => runHelper(context, 'systemctl', [verb]),
};

const pmUtils: Strategy = {
  supported: async ({ pmFlag }, { helpers }) => (await helpers.status('pm-is-supported', [pmFlag])) === 0,
  suspend: ({ pmProgram }, context) => runHelper(context, pmProgram, []),
};

const kernel: Strategy = {
  async supported({ word }, { paths, platform }) {
    if (word === undefined) return false;
    try {
      return (await readTextFile(platform, paths.powerState)).split(/\s+/).includes(word);
    } catch (error) {
      if (isErrno(error)) return false;
      throw error;
    }
  },
  suspend: ({ word = '' }, context) => writeState(context, word),
};

const STRATEGIES = [systemd, pmUtils, kernel];

export const suspendCommands = {
  'guest-suspend-disk': { run: (_, context) => suspend(DISK, context) },
  'guest-suspend-ram': { run: (_, context) => suspend(RAM, context) },
  'guest-suspend-hybrid': { run: (_, context) => suspend(HYBRID, context) },
} satisfies Partial<CommandSet>;

/** Returns when the guest has been suspended and runs again. */
async function suspend(mode: Mode, context: Context): Promise<Record<string, never>> {
  let failure = new AgentError('the requested suspend mode is not supported by the guest');
  for (const strategy of STRATEGIES) {
    if (!(await strategy.supported(mode, context))) continue;
    try {
      await strategy.suspend(mode, context);
      return {};
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function runHelper({ helpers }: Context, program: string, args: readonly string[]): Promise<void> {
  const status = await helpers.status(program, args);
  if (status === 0) return;
  const command = [program, ...args].join(' ');
  const how = status === undefined ? 'did not run to its end' : `failed with exit status ${String(status)}`;
  throw new AgentError(`suspend: '${command}' ${how}`);
}

/** The write returns when the guest has woken up. */
async function writeState({ paths, platform }: Context, word: string): Promise<void> {
  const { files, kernels } = platform;
  try {
    const state = await files.open(paths.powerState, O_WRONLY | O_CLOEXEC);
    try {
      await files.write(state, kernels.textToAscii(word));
    } finally {
      await files.close(state);
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`suspend: cannot write to '${paths.powerState}': ${error.message}`);
  }
}
