import fs from 'node:fs';
import { SystemError } from '../core/system-error.js';
import type { LogOutput } from '../platform.js';
import { asSystemError } from './errors.js';
import { AF_UNIX, connect, sendNow, SOCK_CLOEXEC, SOCK_DGRAM, socket } from './libc.js';

const SYSLOG_SOCKET = '/dev/log';
const TAG = 'qemu-ga';

/** The system log's datagram socket (syslog(3)'s, without its waiting). */
class SystemLog {
  #socket: number | undefined;

  send(priority: number, text: string): void {
    const bytes = Buffer.from(`<${String(priority)}>${TAG}[${String(process.pid)}]: ${text}`);
    try {
      this.#socket ??= this.#connect();
      sendNow(this.#socket, bytes);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#close();
    }
  }

  #connect(): number {
    const path = Buffer.from(SYSLOG_SOCKET);
    const address = Buffer.alloc(2 + path.length + 1);
    address.writeUInt16LE(AF_UNIX, 0);
    path.copy(address, 2);
    const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC);
    try {
      connect(fd, address);
      return fd;
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  #close(): void {
    if (this.#socket !== undefined) fs.closeSync(this.#socket);
    this.#socket = undefined;
  }
}

/** Where the agent's log lines go. */
export interface NodeLogOutput extends LogOutput {
  /** Waits until what was logged is written. */
  flush(): Promise<void>;
}

/**
 * @param path file to append to; undefined: standard error
 * @throws SystemError when the file cannot be opened
 */
export function openLog(path: string | undefined): NodeLogOutput {
  const system = new SystemLog();
  const syslog = (priority: number, text: string): void => {
    system.send(priority, text);
  };
  if (path === undefined) {
    return {
      write: (text) => process.stderr.write(text),
      syslog,
      flush: () => Promise.resolve(),
    };
  }
  let fd: number;
  try {
    fd = fs.openSync(path, 'a', 0o600);
  } catch (error) {
    throw asSystemError(error);
  }
  const stream = fs.createWriteStream('', { fd });
  // a full disk must not end the agent; there is nowhere else to say it
  stream.on('error', () => undefined);
  return {
    write: (text) => stream.write(text),
    syslog,
    flush: () => new Promise((resolve) => stream.end(resolve)),
  };
}
