import { AgentError } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import { isErrno } from '../core/system-error.js';

const MICROSECOND = 1_000n;
const SECOND = 1_000_000_000n;
/** The first second of 2070, UTC: the hardware clock's century ends there. */
const END_OF_TIME = 3_155_760_000n;

export const timeCommands = {
  'guest-get-time': {
    run(_, { platform }) {
      const now = platform.clock.now();
      return now - (now % MICROSECOND);
    },
  },

  'guest-set-time': {
    async run({ time }, { helpers, paths, platform }) {
      if (time !== undefined) setClock((nanoseconds) => platform.system.setTime(nanoseconds), time);
      await helpers.run('set hardware clock to system time', paths.hwclock, [time === undefined ? '-s' : '-w']);
      return {};
    },
  },
} satisfies Partial<CommandSet>;

function setClock(set: (nanoseconds: bigint) => void, time: bigint): void {
  const seconds = time / SECOND;
  if (seconds < 0n || seconds >= END_OF_TIME) throw new AgentError('Invalid time');
  try {
    set(time);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new AgentError(`Failed to set time to guest: ${error.message}`);
  }
}
