import { SystemError } from '../core/system-error.js';
import { EAGAIN, O_CLOEXEC } from '../linux/constants.js';
import type { Files, FileStatus, FilesystemRoom } from '../platform.js';
import { Operation, type JobArgument, type Primitives } from './primitives.js';

type Details = readonly (string | number)[] | undefined;

/** open(2): they differ between the architectures. */
const FLAGS_X86 = { directory: 0o200000, noFollow: 0o400000 };
const FLAGS_ARM = { directory: 0o40000, noFollow: 0o100000 };

function toStatus(details: Details): FileStatus {
  const [mode = 0, size = 0, uid = 0, gid = 0, rdev = 0] = (details ?? []) as readonly number[];
  return { mode, size, uid, gid, rdev };
}

function toRoom(details: Details): FilesystemRoom {
  const [fragmentSize = 0, blocks = 0, free = 0, available = 0] = (details ?? []) as readonly number[];
  return { fragmentSize, blocks, free, available };
}

function firstText(details: Details): string {
  return String(details?.[0] ?? '');
}

/** One call on another thread. */
class FileCalls {
  readonly #primitives: Primitives;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
  }

  /** @param make turns the call's result and details into the value */
  run<T>(
    operation: number,
    numbers: readonly number[],
    one: JobArgument,
    other: JobArgument,
    make: (result: number, details: Details) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const [first = 0, second = 0, third = 0] = numbers;
      const done = (result: number, details: Details): void => {
        if (result < 0) reject(new SystemError(-result));
        else resolve(make(result, details));
      };
      const error = this.#primitives.job(operation, done, first, second, third, one, other);
      if (error < 0) reject(new SystemError(-error));
    });
  }

  path(operation: number, path: string, numbers: readonly number[] = []): Promise<number> {
    return this.run(operation, numbers, path, undefined, (result) => result);
  }

  file(operation: number, ...numbers: readonly number[]): Promise<number> {
    return this.run(operation, numbers, undefined, undefined, (result) => result);
  }

  bytes(operation: number, file: number, bytes: Uint8Array): Promise<number> {
    return this.run(operation, [file], bytes, undefined, (result) => result);
  }
}

/** Files by descriptor. What is in memory is read at once; whatever a disk may hold up goes to another thread. */
export function nativeFiles(primitives: Primitives, machine: string): Files {
  const calls = new FileCalls(primitives);
  return {
    flags: machine === 'x86_64' ? FLAGS_X86 : FLAGS_ARM,
    open: (path, flags, mode = 0) => calls.path(Operation.open, path, [flags | O_CLOEXEC, mode]),
    close: async (file) => {
      await calls.file(Operation.close, file);
    },
    read(file, into) {
      const count = primitives.readCached(file, into);
      return count === -EAGAIN ? calls.bytes(Operation.read, file, into) : Promise.resolve(count);
    },
    readNow(file, into) {
      const count = primitives.readCached(file, into);
      return count < 0 ? undefined : count;
    },
    readSmall: (path, into) => calls.run(Operation.readSmall, [], path, into, (result) => result),
    write: (file, bytes) => calls.bytes(Operation.write, file, bytes),
    async lseek(file, offset, whence) {
      const position = primitives.lseek(file, offset, whence);
      if (typeof position === 'number') throw new SystemError(-position);
      return position;
    },
    fstat: (file) => calls.run(Operation.fstat, [file], undefined, undefined, (_, details) => toStatus(details)),
    stat: (path) => calls.run(Operation.stat, [], path, undefined, (_, details) => toStatus(details)),
    fchmod: async (file, mode) => {
      await calls.file(Operation.fchmod, file, mode);
    },
    fchown: async (file, uid, gid) => {
      await calls.file(Operation.fchown, file, uid, gid);
    },
    fsync: async (file) => {
      await calls.file(Operation.fsync, file);
    },
    rename: (from, to) => calls.run(Operation.rename, [], from, to, () => undefined),
    unlink: async (path) => {
      await calls.path(Operation.unlink, path);
    },
    mkdir: async (path, mode) => {
      await calls.path(Operation.mkdir, path, [mode]);
    },
    readdir: (path) => calls.run(Operation.readdir, [], path, undefined, (_, details) => (details ?? []).map(String)),
    readlink: (path) => calls.run(Operation.readlink, [], path, undefined, (_, details) => firstText(details)),
    realpath: (path) => calls.run(Operation.realpath, [], path, undefined, (_, details) => firstText(details)),
    statvfs: (path) => calls.run(Operation.statvfs, [], path, undefined, (_, details) => toRoom(details)),
    async executable(path) {
      try {
        await calls.path(Operation.executable, path);
        return true;
      } catch (error) {
        if (error instanceof SystemError) return false;
        throw error;
      }
    },
    ioctl: (file, request, argument, pointee) =>
      calls.run(Operation.ioctl, [file, request, pointee?.at ?? 0], argument, pointee?.bytes, (result) => result),
  };
}
