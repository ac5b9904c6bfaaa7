import { elements, members, parse } from '../../machine/json.js';
import { eventually, limits } from '../../time.js';
import { query, raw } from './step.js';
import type { Step } from './step.js';

const EXEC =
  '{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","id -u; echo oops >&2; exit 3"],"capture-output":true}}';

/** Everything that is only asked. */
export const queries: readonly Step[] = [
  raw('guest-ping', '{"execute":"guest-ping"}'),
  raw('guest-info', '{"execute":"guest-info"}', commandsOnly),
  raw('guest-get-osinfo', '{"execute":"guest-get-osinfo"}'),
  raw('guest-get-cpustats', '{"execute":"guest-get-cpustats"}', hideNumbers),
  raw('guest-get-diskstats', '{"execute":"guest-get-diskstats"}', hideNumbers),
  raw('guest-get-load', '{"execute":"guest-get-load"}', hideNumbers),
  raw('guest-network-get-route', '{"execute":"guest-network-get-route"}', hideUseCounts),
  raw('guest-get-memory-blocks', '{"execute":"guest-get-memory-blocks"}'),
  raw('guest-get-memory-block-info', '{"execute":"guest-get-memory-block-info"}'),
  raw('guest-exec of nothing', '{"execute":"guest-exec","arguments":{"path":"/no/such"}}'),
  {
    name: 'qemu-agent-command guest-exec and guest-exec-status',
    run: async ({ call }) => {
      const text = await call('qemu-agent-command', EXEC);
      const { pid } = members(members(parse(text))['return']);
      const status = `{"execute":"guest-exec-status","arguments":{"pid":${Number(pid)}}}`;
      return eventually(
        async () => {
          const answer = await call('qemu-agent-command', status);
          return answer.includes('"exited":false') ? undefined : answer;
        },
        limits.reply,
        'end of the program',
      );
    },
  },
  query('qemu-agent-command --pretty {"execute":"guest-get-host-name"}'),
  raw('of an unknown command', '{"execute":"guest-fly"}'),
  raw('with a wrong argument', '{"execute":"guest-ping","arguments":{"loud":true}}'),
  raw('with a missing argument', '{"execute":"guest-file-close"}'),
  raw('of text that is no JSON', '{"execute":'),
  query('guestinfo'),
  query('guestinfo --user'),
  query('guestinfo --os'),
  query('guestinfo --timezone'),
  query('guestinfo --hostname'),
  query('guestinfo --filesystem'),
  query('guestinfo --disk'),
  query('guestinfo --interface'),
  query('domfsinfo'),
  query('domhostname'),
  query('domhostname --source agent'),
  query('domifaddr --source agent'),
  query('domifaddr --source agent --full'),
  query('domifaddr --source agent --interface eth0'),
  query('guestvcpus'),
  query('vcpucount --guest'),
];

/** The version is not compared: it says what the agent is. */
function commandsOnly(text: string): string {
  const info = members(members(parse(text))['return']);
  const lines = elements(info['supported_commands']).map((one) => JSON.stringify(one));
  return lines.join('\n');
}

/** Counters and loads move; the members and their order do not. */
function hideNumbers(text: string): string {
  return text.replace(/-?\b\d+(\.\d+)?(e-?\d+)?\b/g, 'N');
}

/** How often a route was used moves. */
function hideUseCounts(text: string): string {
  return text.replace(/"(use|refcnt)":\d+/g, '"$1":N');
}
