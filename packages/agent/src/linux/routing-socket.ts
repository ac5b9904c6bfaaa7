import { concatBytes } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import { checked, type Descriptors } from '../descriptors.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../transports/socket-listener.js';
import { EAGAIN } from './constants.js';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
/** netlink(7): message types that end an answer, and where length and type stand in a message's header. */
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_SIZE = 16;
const TYPE_AT = 4;
const ALIGNMENT = 4;

/** Whether a datagram holds the message that ends the answer. */
function isLast(datagram: Uint8Array): boolean {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  for (let at = 0; at + HEADER_SIZE <= view.byteLength;) {
    const type = view.getUint16(at + TYPE_AT, true);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) return true;
    at += Math.max(HEADER_SIZE, Math.ceil(view.getUint32(at, true) / ALIGNMENT) * ALIGNMENT);
  }
  return false;
}

/**
 * Asks rtnetlink(7). The kernel writes the next part of a dump when the last one is read, so nothing here ever waits.
 * @param request one message with its header
 * @returns all messages of the answer
 * @throws SystemError
 */
export function askRoutingSocket(descriptors: Descriptors, request: Uint8Array): Uint8Array {
  const fd = checked(descriptors.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  try {
    checked(descriptors.write(fd, [request], 0));
    const parts: Uint8Array[] = [];
    for (;;) {
      const datagram = descriptors.read(fd);
      if (datagram === -EAGAIN) return new Uint8Array(0);
      if (typeof datagram === 'number') throw new SystemError(-datagram);
      parts.push(datagram);
      if (datagram.length === 0 || isLast(datagram)) return concatBytes(parts);
    }
  } finally {
    descriptors.close(fd);
  }
}
