import { AF_UNIX } from '../linux/constants.js';
import { encodeModifiedUtf8 } from '@qga/protocol';
import type { Wires } from '../descriptors.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../transports/socket-listener.js';
import { unixAddress } from '../transports/unix.js';

const SOCK_DGRAM = 2;
const SYSLOG_SOCKET = '/dev/log';
const TAG = 'qemu-ga';
/** Pause before a log daemon that is not there is looked for again, in milliseconds: a ping must not cost a search each. */
const LOOK_AGAIN = 1000;

/** The system log's datagram socket: syslog(3) without its waiting. What the log daemon does not take is lost. */
export class SystemLog {
  readonly #wires: Wires;
  readonly #pid: number;
  #socket: number | undefined;
  #lookAt = -Infinity;

  constructor(wires: Wires, pid: number) {
    this.#wires = wires;
    this.#pid = pid;
  }

  send(priority: number, text: string): void {
    const socket = this.#socket ?? this.#connect();
    if (socket === undefined) return;
    this.#socket = socket;
    const bytes = encodeModifiedUtf8(`<${String(priority)}>${TAG}[${String(this.#pid)}]: ${text}`);
    if (this.#wires.descriptors.write(socket, [bytes], 0) >= 0) return;
    this.#wires.descriptors.close(socket);
    this.#socket = undefined;
  }

  #connect(): number | undefined {
    const { descriptors, clock } = this.#wires;
    const now = clock.monotonic();
    if (now < this.#lookAt) return undefined;
    this.#lookAt = now + LOOK_AGAIN;
    const fd = descriptors.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return undefined;
    if (descriptors.connect(fd, unixAddress(SYSLOG_SOCKET)) >= 0) return fd;
    descriptors.close(fd);
    return undefined;
  }
}
