import fs from 'node:fs';
import { PushQueue, type ByteChannel, type Listener } from '@qga/protocol';
import { isErrno } from '../../core/system-error.js';
import { EAGAIN } from '../../linux/constants.js';
import { FdChannel } from '../fd-channel.js';
import { accept, AF_VSOCK, bind, listen, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, socket, Watch } from '../libc.js';
import { TransportError } from './transport-error.js';

const BACKLOG = 32;
/** Pause after a connection that could not be accepted, in milliseconds. */
const REST = 200;
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

function listeningSocket(path: string): number {
  const { cid, port } = parseVsockAddress(path);
  const address = Buffer.alloc(ADDRESS_SIZE);
  address.writeUInt16LE(AF_VSOCK, 0);
  address.writeUInt32LE(port, PORT_AT);
  address.writeUInt32LE(cid, CID_AT);
  let fd: number | undefined;
  try {
    fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    bind(fd, address);
    listen(fd, BACKLOG);
    return fd;
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    if (!isErrno(error)) throw error;
    throw new TransportError(`error binding to vsock '${path}': ${error.message}`);
  }
}

/**
 * Listens on vsock(7), with several clients at a time.
 * @throws TransportError when the address cannot be read or bound
 */
export function listenVsock(path: string): Listener {
  const fd = listeningSocket(path);
  const channels = new PushQueue<ByteChannel>();
  let rest: NodeJS.Timeout | undefined;
  const watch = new Watch(fd, () => {
    try {
      const { fd: connection, address } = accept(fd);
      channels.push(new FdChannel(connection, `vsock cid ${String(address.readUInt32LE(CID_AT))}`, false));
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (error.errno !== EAGAIN) restLater();
    }
  });
  /** No descriptor is left, or a client gave up while it waited: nothing is lost by trying again in a moment. */
  const restLater = (): void => {
    watch.set({ readable: false, writable: false });
    rest = setTimeout(() => watch.set({ readable: true, writable: false }), REST);
  };
  watch.set({ readable: true, writable: false });
  return {
    address: `vsock ${path}`,
    async accept() {
      const { value, done } = await channels.next();
      return done === true ? undefined : value;
    },
    close() {
      channels.end();
      clearTimeout(rest);
      watch.close();
      fs.closeSync(fd);
      return Promise.resolve();
    },
  };
}
