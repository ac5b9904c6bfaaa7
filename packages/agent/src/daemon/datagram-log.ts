import { encodeModifiedUtf8 } from '@qga/protocol';
import { EAGAIN, ENOENT, AF_UNIX } from '../linux/constants.js';
import type { Wires } from '../descriptors.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../transports/socket-listener.js';
import { unixAddress } from '../transports/unix.js';

const SOCK_DGRAM = 2;
/** Pause before a log daemon that is not there is looked for again, in milliseconds: a ping must not cost a search each. */
const LOOK_AGAIN = 1000;

/** The datagram socket of a log daemon. Nothing waits for it; it is connected once, and again when the daemon was restarted. */
export class DatagramLog {
  readonly #wires: Wires;
  readonly #path: string;
  #socket: number | undefined;
  #lookAt = -Infinity;
  /** why the daemon was not found, while it is not looked for */
  #absent = -ENOENT;

  constructor(wires: Wires, path: string) {
    this.#wires = wires;
    this.#path = path;
  }

  /** @returns what the daemon took, in bytes, or the negative of an errno: then it is lost */
  send(text: string): number {
    const socket = this.#socket ?? this.#connect();
    // a ping is logged, too: where nobody listens it must not cost the encoding of its line
    if (socket < 0) return socket;
    const { descriptors } = this.#wires;
    const parts = [encodeModifiedUtf8(text)];
    const sent = descriptors.write(socket, parts, 0);
    if (sent >= 0 || sent === -EAGAIN) return sent;
    // a daemon that was restarted refuses its old socket, and has a new one
    this.#close();
    const another = this.#connect();
    return another < 0 ? another : descriptors.write(another, parts, 0);
  }

  #close(): void {
    if (this.#socket !== undefined) this.#wires.descriptors.close(this.#socket);
    this.#socket = undefined;
  }

  /** @returns the socket, or the negative of an errno */
  #connect(): number {
    const { clock, descriptors } = this.#wires;
    const now = clock.monotonic();
    if (now < this.#lookAt) return this.#absent;
    const socket = descriptors.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const connected = socket < 0 ? socket : descriptors.connect(socket, unixAddress(this.#path));
    if (connected >= 0) {
      this.#socket = socket;
      return socket;
    }
    if (socket >= 0) descriptors.close(socket);
    this.#lookAt = now + LOOK_AGAIN;
    this.#absent = connected;
    return connected;
  }
}
