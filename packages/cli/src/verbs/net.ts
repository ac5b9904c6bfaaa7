import { formatBytes } from '../output/units.js';
import { perGuest } from '../per-guest.js';
import { ifPossible } from './optional.js';
import { defaultInterfaces, isAside, parseRoutes, primaryAddress } from './primary-address.js';

interface Options {
  readonly all?: boolean;
}

/** The primary address and the interfaces. */
export const verb = perGuest({
  setUp: (command) => {
    command.option('-a, --all', 'also interfaces of containers, tunnels, and the loopback');
  },
  ask: async (guest) => {
    const interfaces = await guest.call('guest-network-get-interfaces');
    // a command for routes came with 9.1 only, and its numbers are wrong for some: the file is the same everywhere
    const routes = await ifPossible(guest.readFile('/proc/net/route'));
    const leads = routes === undefined ? undefined : defaultInterfaces(parseRoutes(Buffer.from(routes).toString()));
    return { primary: primaryAddress(interfaces, leads) ?? null, interfaces };
  },
  show: ({ primary, interfaces }, { options }: { options: Options }) => {
    const shown = interfaces.filter(
      ({ name }) => options.all === true || name === primary?.interface || !isAside(name),
    );
    const hidden = interfaces.length - shown.length;
    return {
      head: ['INTERFACE', 'ADDRESSES', 'HARDWARE', 'RECEIVED', 'SENT'],
      right: ['RECEIVED', 'SENT'],
      rows: shown.map((one) => [
        `${one.name}${one.name === primary?.interface ? ' *' : ''}`,
        (one['ip-addresses'] ?? []).map((ip) => `${ip['ip-address']}/${String(ip.prefix)}`).join(' ') || '-',
        one['hardware-address'] ?? '-',
        one.statistics === undefined ? '-' : formatBytes(one.statistics['rx-bytes']),
        one.statistics === undefined ? '-' : formatBytes(one.statistics['tx-bytes']),
      ]),
      notes: [
        primary === null
          ? 'no address to reach it at'
          : `primary: ${primary.address} on ${primary.interface} (${primary.why})`,
        ...(hidden === 0 ? [] : [`set aside: ${String(hidden)} of containers, tunnels and loopback; --all shows them`]),
      ],
    };
  },
});
