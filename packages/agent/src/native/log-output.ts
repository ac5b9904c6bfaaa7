import { encodeModifiedUtf8 } from '@qga/protocol';
import { checked, type Wires } from '../descriptors.js';
import type { LogFile } from '../daemon/host.js';
import { SystemLog } from '../daemon/syslog.js';
import { isErrno } from '../core/system-error.js';
import { writeAll } from '../core/write-all.js';
import { O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../linux/constants.js';
import type { Files } from '../platform.js';
import type { Primitives } from './primitives.js';

const STANDARD_ERROR = 2;
/** Text that waits for a disk, in characters; beyond it lines are dropped rather than kept. */
const MOST_WAITING = 1_048_576;

/**
 * @param path file to append to; undefined: standard error
 * @throws SystemError when the file cannot be opened
 */
export function openLog(primitives: Primitives, wires: Wires, files: Files, path: string | undefined): LogFile {
  const system = new SystemLog(wires, primitives.pid());
  const fd =
    path === undefined
      ? STANDARD_ERROR
      : checked(primitives.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600));
  const lines = new LineWriter(files, fd);
  return {
    write: (text) => {
      lines.add(text);
    },
    syslog: (priority, text) => {
      system.send(priority, text);
    },
    flush: () => lines.flush(),
  };
}

/** Writes text in order, one write at a time, never waiting for it. */
class LineWriter {
  readonly #files: Files;
  readonly #fd: number;
  #waiting = '';
  #writing: Promise<void> | undefined;

  constructor(files: Files, fd: number) {
    this.#files = files;
    this.#fd = fd;
  }

  add(text: string): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting += text;
    this.#writing ??= this.#work();
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async #work(): Promise<void> {
    while (this.#waiting !== '') {
      const bytes = encodeModifiedUtf8(this.#waiting);
      this.#waiting = '';
      try {
        await writeAll(this.#files, this.#fd, bytes);
      } catch (error) {
        // a full disk must not end the agent; there is nowhere else to say it
        if (!isErrno(error)) throw error;
      }
    }
    this.#writing = undefined;
  }
}
