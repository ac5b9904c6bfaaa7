import fs from 'node:fs';
import type { LogFile } from '../daemon/host.js';
import { SystemLog } from '../daemon/syslog.js';
import type { Wires } from '../descriptors.js';
import { asSystemError } from './errors.js';

/**
 * @param path file to append to; undefined: standard error
 * @throws SystemError when the file cannot be opened
 */
export function openLog(wires: Wires, path: string | undefined): LogFile {
  const system = new SystemLog(wires, process.pid);
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
