import { AgentError } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';

type Mode = 'powerdown' | 'halt' | 'reboot';

/** For each mode the program of its own, and the letter by which shutdown(8) knows it. */
const MODES: Readonly<Record<Mode, { program: 'poweroff' | 'halt' | 'reboot'; flag: string }>> = {
  powerdown: { program: 'poweroff', flag: '-P' },
  halt: { program: 'halt', flag: '-H' },
  reboot: { program: 'reboot', flag: '-r' },
};

export const powerCommands = {
  'guest-shutdown': {
    async run({ mode }, { paths, platform, helpers, log }) {
      log.record(`guest-shutdown called, mode: ${mode ?? '(null)'}`);
      const wanted = mode ?? 'powerdown';
      // the missing parenthesis is QEMU's
      if (!isMode(wanted)) throw new AgentError('mode is invalid (valid values are: halt|powerdown|reboot');
      const { program, flag } = MODES[wanted];
      if (await platform.files.executable(paths[program])) await helpers.run('shutdown', paths[program], []);
      else await helpers.run('shutdown', paths.shutdown, ['-h', flag, '+0', 'hypervisor initiated shutdown']);
      return {};
    },
  },
} satisfies Partial<CommandSet>;

function isMode(mode: string): mode is Mode {
  return Object.hasOwn(MODES, mode);
}
