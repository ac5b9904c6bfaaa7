import { encodeModifiedUtf8, type Listener } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import { checked, type Wires } from '../descriptors.js';
import { AF_UNIX, ENOENT, S_IFMT } from '../linux/constants.js';
import type { Admission } from './admission.js';
import { acceptFrom, BACKLOG, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from './socket-listener.js';
import type { ChannelMaker, Client } from './socket-listener.js';
import { TransportError } from './transport-error.js';

const ROOT = 0;
const S_IFSOCK = 0o140000;
/** Bytes of sun_path in struct sockaddr_un: unix(7). */
const PATH_LIMIT = 108;

/** struct sockaddr_un: the family, the path, a NUL. */
export function unixAddress(path: string): Uint8Array {
  const bytes = encodeModifiedUtf8(path);
  const address = new Uint8Array(2 + bytes.length + 1);
  address[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}

/** Who has connected to a unix socket: root and whoever listens may, and those whom the configuration adds. */
export function identifyUnix(
  { descriptors }: Wires,
  listening: number,
  admission: Admission,
): (connection: number) => Client {
  const own = descriptors.peerCredentials(listening);
  return (connection) => {
    const credentials = descriptors.peerCredentials(connection);
    if (typeof credentials === 'number') {
      const peer = `somebody: ${new SystemError(-credentials).message}`;
      return { peer, identity: { transport: 'unix' }, admitted: false };
    }
    const [pid, uid] = credentials;
    const isOwn = typeof own !== 'number' && own[1] === uid;
    return {
      peer: `user ${String(uid)}, process ${String(pid)}`,
      identity: { transport: 'unix', uid, pid },
      admitted: uid === ROOT || isOwn || admission.uids.has(uid),
    };
  };
}

/**
 * Listens on a unix socket, for its owner only, with several clients at a time. A socket file of an earlier process is replaced.
 * @param makeChannel for a host that has channels of its own
 * @throws TransportError when the path cannot be used
 */
export function listenUnix(wires: Wires, path: string, admission: Admission, makeChannel?: ChannelMaker): Listener {
  const { descriptors } = wires;
  const address = unixAddress(path);
  if (address.length - 3 >= PATH_LIMIT) throw new TransportError(`UNIX socket path '${path}' is too long`);
  let fd: number | undefined;
  try {
    removeOldSocket(wires, path);
    fd = checked(descriptors.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // nothing else is made between the two calls, so the mask holds for the socket only; who connects is checked in any case
    const mask = descriptors.umask(admission.uids.size === 0 ? 0o177 : 0o111);
    const bound = descriptors.bind(fd, address);
    descriptors.umask(mask);
    checked(bound);
    checked(descriptors.listen(fd, BACKLOG));
  } catch (error) {
    if (fd !== undefined) descriptors.close(fd);
    if (!(error instanceof SystemError)) throw error;
    throw new TransportError(`error binding to unix socket '${path}': ${error.message}`);
  }
  return acceptFrom(wires, {
    fd,
    address: path,
    identify: identifyUnix(wires, fd, admission),
    refused: admission.refused,
    release: () => descriptors.unlink(path),
    makeChannel,
  });
}

function removeOldSocket({ descriptors }: Wires, path: string): void {
  const mode = descriptors.modeOf(path);
  if (mode === -ENOENT) return;
  if ((checked(mode) & S_IFMT) === S_IFSOCK) checked(descriptors.unlink(path));
}
