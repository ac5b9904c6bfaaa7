import { PushQueue, type ByteChannel, type Listener, type PeerIdentity } from '@qga/protocol';
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

/** A client that asks to be served. */
export interface Client {
  /** what the log calls it */
  readonly peer: string;
  readonly identity: PeerIdentity;
  readonly admitted: boolean;
}

/** Makes a channel of a connected descriptor. */
export type ChannelMaker = (wires: Wires, fd: number, client: Client) => ByteChannel;

const fdChannel: ChannelMaker = (wires, fd, { peer, identity }) => new FdChannel(wires, fd, peer, 'socket', identity);

export interface AcceptOptions {
  /** a listening socket */
  readonly fd: number;
  /** where it listens, for logs */
  readonly address: string;
  /** Tells who has connected. @param address the peer's */
  identify(connection: number, address: Uint8Array): Client;
  /** told of clients that are not admitted */
  readonly refused: (peer: string) => void;
  /** called once when the listener closes, before its descriptor does */
  release?(): void;
  readonly makeChannel?: ChannelMaker | undefined;
}

/** Accepts the clients of a listening socket; those who are not admitted are hung up on. */
export function acceptFrom(wires: Wires, options: AcceptOptions): Listener {
  const { descriptors, clock } = wires;
  const { fd, address, makeChannel = fdChannel } = options;
  let closed = false;
  const resume = (): void => {
    if (!closed) descriptors.interest(fd, READABLE);
  };
  const channels = new PushQueue<ByteChannel>(resume);
  descriptors.watch(fd, () => {
    const peer = new Uint8Array(ADDRESS_SIZE);
    const connection = descriptors.accept(fd, peer);
    if (connection >= 0) {
      const client = options.identify(connection, peer);
      if (client.admitted) {
        // who is not served yet waits in the backlog, where it costs no descriptor
        if (!channels.push(makeChannel(wires, connection, client))) descriptors.interest(fd, 0);
      } else {
        descriptors.close(connection);
        options.refused(client.peer);
      }
    } else if ([EMFILE, ENFILE, ENOBUFS, ENOMEM].includes(-connection)) {
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
        options.release?.();
        descriptors.unwatch(fd);
        descriptors.close(fd);
      }
      return Promise.resolve();
    },
  };
}
