import type { GuestNetworkInterface } from '@qga/protocol';

/** The address to reach a guest at, and why this one. */
export interface PrimaryAddress {
  readonly address: string;
  readonly interface: string;
  readonly why: string;
}

/** A route, as far as it matters here. */
export interface Route {
  readonly iface: string;
  readonly destination: string;
  readonly mask: string;
  readonly metric: number;
}

/** Interfaces that containers, tunnels and virtual machines within the guest make. */
const ASIDE =
  /^(?:docker|br-|veth|cni|cali|flannel|cilium|lxc|lxd|virbr|vnet|tap|tun|wg|podman|kube|nerdctl|zt|tailscale|dummy)/;

/** Whether an interface is one of those, or the loopback. */
export function isAside(name: string): boolean {
  return name === 'lo' || ASIDE.test(name);
}

interface Candidate extends PrimaryAddress {
  readonly rank: number;
}

/**
 * Chooses THE address: one of the interface of the default route if that is known; no loopback, no link-local, nothing of
 * containers if there is anything else; IPv4 before IPv6.
 * @param leads interfaces that default routes leave through; undefined when nobody knows
 * @returns undefined when there is no address to reach the guest at
 */
export function primaryAddress(
  interfaces: readonly GuestNetworkInterface[],
  leads: readonly string[] | undefined,
): PrimaryAddress | undefined {
  const candidates = interfaces.flatMap((one) => {
    if (one.name === 'lo') return [];
    const aside = isAside(one.name);
    const leadsOut = leads?.includes(one.name) === true;
    return (one['ip-addresses'] ?? [])
      .filter((address) => !isLocal(address['ip-address']))
      .map((address): Candidate => {
        const old = address['ip-address-type'] === 'ipv4';
        const rank = (leadsOut ? 0 : 4) + (aside ? 2 : 0) + (old ? 0 : 1);
        return {
          address: address['ip-address'],
          interface: one.name,
          why: reason(leadsOut, aside, leads !== undefined),
          rank,
        };
      });
  });
  const best = candidates.sort((a, b) => a.rank - b.rank)[0];
  return best === undefined ? undefined : { address: best.address, interface: best.interface, why: best.why };
}

function reason(leadsOut: boolean, aside: boolean, routesKnown: boolean): string {
  if (leadsOut) return 'the default route leaves through it';
  if (aside) return 'all others are loopback or link-local; it looks like one of containers or tunnels';
  const first = 'the first that is no loopback, link-local or container address';
  return routesKnown ? `${first}; there is no default route` : `${first}; the guest does not tell its routes`;
}

/** @returns names of the interfaces that default routes leave through, the preferred one first */
export function defaultInterfaces(routes: readonly Route[]): string[] {
  return routes
    .filter(({ iface, destination, mask }) => destination === '00000000' && mask === '00000000' && iface !== 'lo')
    .sort((a, b) => a.metric - b.metric)
    .map(({ iface }) => iface);
}

/** @returns the routes of a text like /proc/net/route: IPv4, addresses in hexadecimal */
export function parseRoutes(text: string): Route[] {
  const rows = text.split('\n').slice(1);
  return rows.flatMap((row) => {
    const [iface, destination, , , , , metric, mask] = row.split('\t').map((cell) => cell.trim());
    if (iface === undefined || destination === undefined || mask === undefined) return [];
    return [{ iface, destination, mask, metric: Number(metric) }];
  });
}

function isLocal(address: string): boolean {
  return /^(?:127\.|169\.254\.|::1$|fe[89ab])/i.test(address);
}
