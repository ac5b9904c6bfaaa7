import { AgentError, type GuestNetworkInterfaceStat, type GuestNetworkRoute } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import { readTextFile } from '../core/read-file.js';
import { said } from '../core/said.js';
import { isErrno, SystemError } from '../core/system-error.js';
import { ENOENT } from '../linux/constants.js';
import { listInterfaces } from '../linux/interfaces.js';
import { parseNetDev } from '../linux/net-dev.js';
import { dumpRequest, parseDump, RTM_GETADDR, RTM_GETLINK, type NetlinkMessage } from '../linux/netlink.js';
import { parseIpv4Routes, parseIpv6Routes } from '../linux/routes.js';
import type { System } from '../platform.js';

/** How often a table is asked for while something keeps changing it. */
const ATTEMPTS = 5;

export const networkCommands = {
  'guest-network-get-interfaces': {
    async run(_, context) {
      const { kernels, system } = context.platform;
      const decode = (bytes: Uint8Array): string | undefined => kernels.decodeUtf8(bytes);
      const interfaces = listInterfaces(await dump(system, RTM_GETLINK), await dump(system, RTM_GETADDR), decode);
      const statistics = await readStatistics(context);
      return interfaces.map(({ name, hardware, addresses }) => {
        const counters = addresses.length === 0 ? undefined : statistics.get(name);
        return {
          name,
          ...(hardware === undefined ? {} : { 'hardware-address': hardware }),
          ...(addresses.length === 0 ? {} : { 'ip-addresses': addresses }),
          ...(counters === undefined ? {} : { statistics: counters }),
        };
      });
    },
  },

  'guest-network-get-route': {
    run: async (_, context) => [...(await readIpv4Routes(context)), ...(await readIpv6Routes(context))],
  },
} satisfies Partial<CommandSet>;

/** Asks for one of the kernel's tables until the answer is of a piece, or after some attempts takes what there is. */
async function dump(system: System, type: number): Promise<readonly NetlinkMessage[]> {
  return said('getifaddrs failed', async () => {
    for (let attempt = 1; ; attempt++) {
      const { messages, end } = parseDump(await system.netlink(dumpRequest(type)));
      if (typeof end === 'number') throw new SystemError(end);
      if (end === 'cut') throw new AgentError('getifaddrs failed');
      if (end === 'whole' || attempt === ATTEMPTS) return messages;
    }
  });
}

async function readStatistics({ paths, platform }: Context): Promise<Map<string, GuestNetworkInterfaceStat>> {
  try {
    return parseNetDev(await readTextFile(platform, paths.netDev));
  } catch (error) {
    if (isErrno(error)) return new Map();
    throw error;
  }
}

async function readIpv4Routes({ paths, platform }: Context): Promise<GuestNetworkRoute[]> {
  return parseIpv4Routes(await said(`open("${paths.route}")`, () => readTextFile(platform, paths.route)));
}

/** A guest without IPv6 has no such file, and no such routes. */
async function readIpv6Routes({ paths, platform }: Context): Promise<GuestNetworkRoute[]> {
  try {
    return parseIpv6Routes(await readTextFile(platform, paths.ipv6Route));
  } catch (error) {
    if (isErrno(error, ENOENT)) return [];
    if (!isErrno(error)) throw error;
    throw new AgentError(`open("${paths.ipv6Route}"): ${error.message}`);
  }
}
