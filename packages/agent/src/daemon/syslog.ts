import { encodeModifiedUtf8 } from '@qga/protocol';
import type { Descriptors } from '../descriptors.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../transports/socket-listener.js';
import { unixAddress } from '../transports/unix.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SYSLOG_SOCKET = '/dev/log';
const TAG = 'qemu-ga';

/** The system log's datagram socket: syslog(3) without its waiting. What the log daemon does not take is lost. */
export class SystemLog {
  readonly #descriptors: Descriptors;
  readonly #pid: number;
  #socket: number | undefined;

  constructor(descriptors: Descriptors, pid: number) {
    this.#descriptors = descriptors;
    this.#pid = pid;
  }

  send(priority: number, text: string): void {
    const socket = this.#socket ?? this.#connect();
    if (socket === undefined) return;
    this.#socket = socket;
    const bytes = encodeModifiedUtf8(`<${String(priority)}>${TAG}[${String(this.#pid)}]: ${text}`);
    if (this.#descriptors.write(socket, [bytes], 0) >= 0) return;
    this.#descriptors.close(socket);
    this.#socket = undefined;
  }

  #connect(): number | undefined {
    const fd = this.#descriptors.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return undefined;
    if (this.#descriptors.connect(fd, unixAddress(SYSLOG_SOCKET)) >= 0) return fd;
    this.#descriptors.close(fd);
    return undefined;
  }
}
