import { PushQueue, type ByteChannel, type Listener } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import { READABLE, type Wires } from '../descriptors.js';
import { EAGAIN } from '../linux/constants.js';
import { FdChannel } from './fd-channel.js';

export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const BACKLOG = 32;

/** Pause before accepting again when there is no room for a connection, in milliseconds. */
const NO_ROOM = 1000;
const EMFILE = 24;
const ENFILE = 23;
const ENOBUFS = 105;
const ENOMEM = 12;
const ECONNABORTED = 103;
/** struct sockaddr_storage */
const ADDRESS_SIZE = 128;

/**
 * Accepts the clients of a listening socket.
 * @param describe names a client, from its address
 * @param release called once when the listener closes, before its descriptor does
 */
export function acceptFrom(
  { descriptors, clock }: Wires,
  fd: number,
  address: string,
  describe: (peer: Uint8Array) => string,
  release: () => void,
): Listener {
  const channels = new PushQueue<ByteChannel>();
  let closed = false;
  const resume = (): void => {
    if (!closed) descriptors.interest(fd, READABLE);
  };
  descriptors.watch(fd, () => {
    const peer = new Uint8Array(ADDRESS_SIZE);
    const connection = descriptors.accept(fd, peer);
    if (connection >= 0) channels.push(new FdChannel({ descriptors, clock }, connection, describe(peer), 'socket'));
    else if ([EMFILE, ENFILE, ENOBUFS, ENOMEM].includes(-connection)) {
      // the client stays in the backlog; asking at once would only burn time
      descriptors.interest(fd, 0);
      clock.after(NO_ROOM, resume);
    } else if (![EAGAIN, ECONNABORTED].includes(-connection)) channels.end(new SystemError(-connection));
  });
  resume();
  return {
    address,
    async accept() {
      const { value, done } = await channels.next();
      return done === true ? undefined : value;
    },
    close() {
      if (!closed) {
        closed = true;
        channels.end();
        release();
        descriptors.unwatch(fd);
        descriptors.close(fd);
      }
      return Promise.resolve();
    },
  };
}
