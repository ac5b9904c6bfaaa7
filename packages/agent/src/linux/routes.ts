import { ipv4Text, ipv6Text } from './ip-text.js';
import { wordsOf } from './words.js';

const IPV4_COLUMNS = 11;
const IPV6_COLUMNS = 10;

interface Route {
  iface: string;
  destination: string;
  flags: bigint;
  refcnt: number;
  use: number;
  metric: number;
}

export interface Ipv4Route extends Route {
  gateway: string;
  mask: string;
  mtu: number;
  window: number;
  irtt: number;
  version: 4;
}

export interface Ipv6Route extends Route {
  desprefixlen: string;
  source: string;
  srcprefixlen: string;
  nexthop: string;
  version: 6;
}

/** A number of the kernel's, shown as a signed one of 32 bits whatever it is: QEMU's reading. */
function signed(text: string, radix: 10 | 16): number {
  return Number.parseInt(text, radix) | 0;
}

function unsigned(hex: string): number {
  return Number.parseInt(hex, 16) >>> 0;
}

/** The kernel prints the four bytes of an address as one number of a little-endian machine. */
function ipv4OfHex(hex: string): string {
  const number = unsigned(hex);
  return ipv4Text(Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24));
}

function ipv6OfHex(hex: string): string {
  return ipv6Text(Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16)));
}

function rowsOf(text: string, columns: number): string[][] {
  return text
    .split('\n')
    .map(wordsOf)
    .filter((row) => row.length >= columns);
}

/** Reads `/proc/net/route`, whose first line names the columns; lines that are too short are left out. */
export function parseIpv4Routes(text: string): Ipv4Route[] {
  return rowsOf(text.slice(text.indexOf('\n') + 1), IPV4_COLUMNS).map((row) => {
    const [iface = '', destination = '', gateway = '', flags = '', refcnt = '', use = '', metric = '', ...rest] = row;
    const [mask = '', mtu = '', window = '', irtt = ''] = rest;
    return {
      iface,
      destination: ipv4OfHex(destination),
      gateway: ipv4OfHex(gateway),
      mask: ipv4OfHex(mask),
      flags: BigInt(unsigned(flags)),
      refcnt: signed(refcnt, 10),
      use: signed(use, 10),
      metric: signed(metric, 10),
      mtu: signed(mtu, 10),
      window: signed(window, 10),
      irtt: signed(irtt, 10),
      version: 4,
    };
  });
}

/** Reads `/proc/net/ipv6_route`; lines that are too short are left out. */
export function parseIpv6Routes(text: string): Ipv6Route[] {
  return rowsOf(text, IPV6_COLUMNS).map((row) => {
    const [destination = '', destinationLength = '', source = '', sourceLength = '', nexthop = '', ...rest] = row;
    const [metric = '', refcnt = '', use = '', flags = '', iface = ''] = rest;
    return {
      iface,
      destination: ipv6OfHex(destination),
      desprefixlen: String(unsigned(destinationLength)),
      source: ipv6OfHex(source),
      srcprefixlen: String(unsigned(sourceLength)),
      nexthop: ipv6OfHex(nexthop),
      metric: signed(metric, 16),
      refcnt: signed(refcnt, 16),
      use: signed(use, 16),
      flags: BigInt(unsigned(flags)),
      version: 6,
    };
  });
}
