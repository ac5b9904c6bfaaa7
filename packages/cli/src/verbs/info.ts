import { perGuest } from '../per-guest.js';

interface Options {
  readonly commands?: boolean;
}

/** What the agent is and can do. */
export const verb = perGuest({
  setUp: (command) => {
    command.option('--commands', 'list the commands, and which of them are switched off');
  },
  ask: async (guest) => guest.call('guest-info'),
  show: ({ version, supported_commands: commands }, { options }: { options: Options }) => {
    const off = commands.filter(({ enabled }) => !enabled).map(({ name }) => name);
    if (options.commands !== true) {
      const which = off.length === 0 ? 'none is switched off' : `switched off: ${off.join(', ')}`;
      return `version ${version}, ${String(commands.length)} commands; ${which}`;
    }
    const sorted = [...commands].sort((a, b) => a.name.localeCompare(b.name));
    return {
      head: ['COMMAND', 'ALLOWED', 'ANSWERS'],
      rows: sorted.map((one) => [
        one.name,
        one.enabled ? 'yes' : 'no',
        one['success-response'] ? 'yes' : 'failures only',
      ]),
    };
  },
});
