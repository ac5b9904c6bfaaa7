import type { Listener } from '@qga/protocol';
import { isErrno } from '../core/system-error.js';
import { checked, type Wires } from '../descriptors.js';
import { AF_VSOCK } from '../linux/constants.js';
import type { Admission } from './admission.js';
import { acceptFrom, BACKLOG, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, type Client } from './socket-listener.js';
import { TransportError } from './transport-error.js';

const HOST_CID = 2;
const UINT32_MAX = 0xffff_ffff;

/** struct sockaddr_vm of vsock(7): family, reserved, port, cid, flags. */
const ADDRESS_SIZE = 16;
const PORT_AT = 4;
const CID_AT = 8;

function parseNumber(what: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > UINT32_MAX) throw new TransportError(`Failed to parse ${what} '${text}'`);
  return value;
}

/** Reads `CID:PORT`, both decimal; CID 4294967295 listens on any. @throws TransportError */
export function parseVsockAddress(path: string): { cid: number; port: number } {
  const [cid, port, more] = path.split(':');
  if (cid === undefined || port === undefined || more !== undefined) {
    throw new TransportError(`error parsing address '${path}'`);
  }
  return { cid: parseNumber('cid', cid), port: parseNumber('port', port) };
}

/** Names a client. @param peer its address, from accept(2) */
export function describeVsockPeer(peer: Uint8Array): string {
  return `vsock cid ${String(new DataView(peer.buffer, peer.byteOffset).getUint32(CID_AT, true))}`;
}

function listeningSocket({ descriptors }: Wires, path: string): number {
  const { cid, port } = parseVsockAddress(path);
  const address = new DataView(new ArrayBuffer(ADDRESS_SIZE));
  address.setUint16(0, AF_VSOCK, true);
  address.setUint32(PORT_AT, port, true);
  address.setUint32(CID_AT, cid, true);
  let fd: number | undefined;
  try {
    fd = checked(descriptors.socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    checked(descriptors.bind(fd, new Uint8Array(address.buffer)));
    checked(descriptors.listen(fd, BACKLOG));
    return fd;
  } catch (error) {
    if (fd !== undefined) descriptors.close(fd);
    if (!isErrno(error)) throw error;
    throw new TransportError(`error binding to vsock '${path}': ${error.message}`);
  }
}

/**
 * Listens on vsock(7), with several clients at a time.
 * @throws TransportError when the address cannot be read or bound
 */
export function listenVsock(wires: Wires, path: string, admission: Admission): Listener {
  const fd = listeningSocket(wires, path);
  const identify = identifyVsock(admission);
  return acceptFrom(wires, { fd, address: `vsock ${path}`, identify, refused: admission.refused });
}

/** Who has connected over vsock: the host may, and whom the configuration adds. CID 1 would be any user of this machine. */
export function identifyVsock(admission: Admission): (connection: number, address: Uint8Array) => Client {
  return (_, address) => {
    const cid = new DataView(address.buffer, address.byteOffset).getUint32(CID_AT, true);
    const admitted = cid === HOST_CID || admission.cids.has(cid);
    return { peer: `vsock cid ${String(cid)}`, identity: { transport: 'vsock', cid }, admitted };
  };
}
