import type { Wires } from '../descriptors.js';
import { DatagramLog } from './datagram-log.js';

const SYSLOG_SOCKET = '/dev/log';
const TAG = 'qemu-ga';

/** The system log: syslog(3) without its waiting. What the log daemon does not take is lost. */
export class SystemLog {
  readonly #daemon: DatagramLog;
  readonly #pid: number;

  constructor(wires: Wires, pid: number) {
    this.#daemon = new DatagramLog(wires, SYSLOG_SOCKET);
    this.#pid = pid;
  }

  /** @returns less than 0 when the line is lost: the negative of an errno */
  send(priority: number, text: string): number {
    return this.#daemon.send(`<${String(priority)}>${TAG}[${String(this.#pid)}]: ${text}`);
  }
}
