import fs from 'node:fs';
import { promisify } from 'node:util';
import { isErrno } from '../core/system-error.js';
import type { Files, FileStatus } from '../platform.js';
import { systemCall } from './errors.js';
import { ioctl, lseek, statvfs } from './libc.js';

const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat);
const stat = promisify(fs.stat);
const fchmod = promisify(fs.fchmod);
const rename = promisify(fs.rename);
const fchown = promisify(fs.fchown);
const fsync = promisify(fs.fsync);
const unlink = promisify(fs.unlink);
const mkdir = promisify(fs.mkdir);
const readlink = promisify(fs.readlink);
const realpath = promisify(fs.realpath.native);
const access = promisify(fs.access);

function status({ mode, size, uid, gid, rdev }: fs.Stats): FileStatus {
  return { mode, size, uid, gid, rdev };
}

/** Node's readdir sorts; its directory streams do not. */
async function readDirectory(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await fs.promises.opendir(path)) names.push(name);
  return names;
}

/** Files by descriptor, through Node's thread pool. */
export const nodeFiles: Files = {
  flags: { directory: fs.constants.O_DIRECTORY, noFollow: fs.constants.O_NOFOLLOW },
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
  // Node has no call that fails rather than wait
  readNow: () => undefined,
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
  fchown: (file, uid, gid) => systemCall(() => fchown(file, uid, gid)),
  fsync: (file) => systemCall(() => fsync(file)),
  rename: (from, to) => systemCall(() => rename(from, to)),
  unlink: (path) => systemCall(() => unlink(path)),
  mkdir: (path, mode) => systemCall(() => mkdir(path, mode)),
  readdir: (path) => systemCall(() => readDirectory(path)),
  readlink: (path) => systemCall(() => readlink(path)),
  realpath: (path) => systemCall(() => realpath(path)),
  statvfs,
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
