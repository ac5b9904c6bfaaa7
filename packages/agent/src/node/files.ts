import fs from 'node:fs';
import { promisify } from 'node:util';
import { isErrno } from '../core/system-error.js';
import type { Files, FileStatus } from '../platform.js';
import { systemCall } from './errors.js';
import { ioctl, lseek } from './libc.js';

const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat);
const stat = promisify(fs.stat);
const fchmod = promisify(fs.fchmod);
const rename = promisify(fs.rename);
const unlink = promisify(fs.unlink);
const access = promisify(fs.access);

function status({ mode, size, uid, gid, rdev }: fs.Stats): FileStatus {
  return { mode, size, uid, gid, rdev };
}

/** Files by descriptor, through Node's thread pool. */
export const nodeFiles: Files = {
  open: (path, flags, mode) => systemCall(() => open(path, flags, mode)),
  close: (file) => systemCall(() => close(file)),
  read: (file, into) =>
    systemCall(
      () =>
        new Promise((resolve, reject) => {
          fs.read(file, into, 0, into.length, null, (error, count) => {
            if (error === null) resolve(count);
            else reject(error);
          });
        }),
    ),
  write: (file, bytes) =>
    systemCall(
      () =>
        new Promise((resolve, reject) => {
          fs.write(file, bytes, 0, bytes.length, null, (error, count) => {
            if (error === null) resolve(count);
            else reject(error);
          });
        }),
    ),
  lseek,
  fstat: (file) => systemCall(async () => status(await fstat(file))),
  stat: (path) => systemCall(async () => status(await stat(path))),
  fchmod: (file, mode) => systemCall(() => fchmod(file, mode)),
  rename: (from, to) => systemCall(() => rename(from, to)),
  unlink: (path) => systemCall(() => unlink(path)),
  async executable(path) {
    try {
      await systemCall(() => access(path, fs.constants.X_OK));
      return true;
    } catch (error) {
      if (isErrno(error)) return false;
      throw error;
    }
  },
  ioctl,
};
