import { ipv4Text, ipv6Text } from './ip-text.js';
import { parseAttributes, RTM_NEWADDR, RTM_NEWLINK, viewOf, type NetlinkMessage } from './netlink.js';

/** struct ifinfomsg and struct ifaddrmsg: their sizes, before the attributes. */
const LINK_SIZE = 16;
const ADDRESS_SIZE = 8;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const AF_INET = 2;
const AF_INET6 = 10;
/** A hardware address is shown with as many bytes, whatever the hardware. */
const HARDWARE_SIZE = 6;

/** An address of an interface. */
export interface IpAddress {
  'ip-address': string;
  'ip-address-type': 'ipv4' | 'ipv6';
  /** bits */
  prefix: number;
}

/** An interface, or a label that an interface's addresses have. */
export interface Interface {
  readonly name: string;
  /** undefined for a label that is not of the form `interface:…` */
  readonly hardware: string | undefined;
  readonly addresses: IpAddress[];
}

/** Reads bytes that should be UTF-8. @returns undefined when they are not */
export type Decode = (bytes: Uint8Array) => string | undefined;

/** The kernel's texts end with a NUL; a name may be in any encoding. */
function textOf(bytes: Uint8Array, decode: Decode): string {
  const end = bytes.indexOf(0);
  const name = end < 0 ? bytes : bytes.subarray(0, end);
  return decode(name) ?? String.fromCharCode(...name);
}

function hardwareText(bytes: Uint8Array | undefined): string {
  const shown = Array.from({ length: HARDWARE_SIZE }, (_, at) => bytes?.[at] ?? 0);
  return shown.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/**
 * Puts interfaces and addresses together as getifaddrs(3) gives them: the interfaces in the kernel's order, then labels that
 * differ from their interface's name, each with its addresses in the kernel's order.
 * @param links answer to RTM_GETLINK
 * @param addresses answer to RTM_GETADDR
 */
export function listInterfaces(
  links: readonly NetlinkMessage[],
  addresses: readonly NetlinkMessage[],
  decode: Decode,
): Interface[] {
  const byIndex = new Map<number, string>();
  const byName = new Map<string, Interface>();
  for (const { type, body } of links) {
    if (type !== RTM_NEWLINK || body.length < LINK_SIZE) continue;
    const attributes = parseAttributes(body, LINK_SIZE);
    const name = textOf(attributes.get(IFLA_IFNAME) ?? new Uint8Array(0), decode);
    byIndex.set(viewOf(body).getInt32(4, true), name);
    byName.set(name, { name, hardware: hardwareText(attributes.get(IFLA_ADDRESS)), addresses: [] });
  }
  for (const { type, body } of addresses) {
    if (type !== RTM_NEWADDR || body.length < ADDRESS_SIZE) continue;
    const attributes = parseAttributes(body, ADDRESS_SIZE);
    const label = attributes.get(IFA_LABEL);
    const name = label === undefined ? byIndex.get(viewOf(body).getUint32(4, true)) : textOf(label, decode);
    // an interface that came into being between the two questions
    if (name === undefined) continue;
    const address = addressOf(body, attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS));
    const named = byName.get(name) ?? { name, hardware: byName.get(withoutLabel(name))?.hardware, addresses: [] };
    byName.set(name, named);
    if (address !== undefined) named.addresses.push(address);
  }
  return [...byName.values()];
}

function withoutLabel(name: string): string {
  return name.replace(/:.*/s, '');
}

/** @returns undefined for a family other than IPv4 and IPv6 */
function addressOf(body: Uint8Array, bytes: Uint8Array | undefined): IpAddress | undefined {
  const [family, prefix = 0] = body;
  if (family === AF_INET && bytes?.length === 4) {
    return { 'ip-address': ipv4Text(bytes), 'ip-address-type': 'ipv4', prefix };
  }
  if (family === AF_INET6 && bytes?.length === 16) {
    return { 'ip-address': ipv6Text(bytes), 'ip-address-type': 'ipv6', prefix };
  }
  return undefined;
}
