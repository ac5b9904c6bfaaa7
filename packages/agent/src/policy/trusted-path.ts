import { isErrno, SystemError } from '../core/system-error.js';
import { ELOOP, ENOENT, O_CLOEXEC, O_PATH, S_IFDIR, S_IFMT } from '../linux/constants.js';
import { linuxPaths } from '../linux/paths.js';
import type { FileDescriptor, Files, FileStatus } from '../platform.js';

const S_IFLNK = 0o120000;
/** Permission bits: others may write; of a directory, only a file's owner may remove it. */
const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const ROOT = 0;
/** As many links as the kernel follows in one path. */
const LINKS = 40;

/** A path that somebody else could have prepared; the message says where and why. */
export class UntrustedPathError extends Error {
  override readonly name = 'UntrustedPathError';
}

/**
 * Opens (O_PATH) what a path leads to, if nobody but root and the agent's own user could have put it there: the way down goes
 * by held directories, each of which, like the file and every link, must be theirs and writable for nobody else. In a directory
 * with the sticky bit what is theirs is safe too.
 * @returns undefined when it is not there
 * @throws UntrustedPathError
 * @throws SystemError
 */
export async function openTrusted(files: Files, path: string): Promise<FileDescriptor | undefined> {
  const owner = await ownUser(files);
  if (owner === undefined) return await openUnchecked(files, path);
  const start = path.startsWith('/') ? path : `${await files.realpath('.')}/${path}`;
  const walk = new Walk(files, new Set([ROOT, owner]));
  try {
    return await walk.to(start);
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    throw error;
  } finally {
    await walk.end();
  }
}

/**
 * Makes sure that nobody else could have made what a path leads to; a path that leads nowhere passes when nobody else could
 * make it either.
 * @throws UntrustedPathError
 * @throws SystemError
 */
export async function checkTrusted(files: Files, path: string): Promise<void> {
  const file = await openTrusted(files, path);
  if (file !== undefined) await files.close(file);
}

/** A guest without /proc is still starting, or one program: the way cannot be held, and nobody else is there. */
async function openUnchecked(files: Files, path: string): Promise<FileDescriptor | undefined> {
  try {
    return await files.open(path, O_PATH | O_CLOEXEC);
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    throw error;
  }
}

/** @returns undefined without /proc */
async function ownUser(files: Files): Promise<number | undefined> {
  try {
    return (await files.stat(linuxPaths.self)).uid;
  } catch (error) {
    if (isErrno(error, ENOENT)) return undefined;
    if (!isErrno(error)) throw error;
    throw new UntrustedPathError(`cannot tell whose files are trusted: ${linuxPaths.self}: ${error.message}`);
  }
}

/** One way down from the root. */
class Walk {
  readonly #files: Files;
  readonly #trusted: ReadonlySet<number>;
  readonly #names: string[] = [];
  #above: { readonly file: FileDescriptor; readonly path: string; shared: boolean }[] = [];
  #links = 0;

  constructor(files: Files, trusted: ReadonlySet<number>) {
    this.#files = files;
    this.#trusted = trusted;
  }

  async to(path: string): Promise<FileDescriptor> {
    this.#names.push(...parts(path));
    await this.#restart();
    for (let name = this.#names.shift(); name !== undefined; name = this.#names.shift()) {
      if (name === '..') await this.#up();
      else await this.#down(name);
    }
    const last = this.#above.pop();
    if (last === undefined) throw new SystemError(ENOENT);
    return last.file;
  }

  async end(): Promise<void> {
    for (const { file } of this.#above) await this.#files.close(file);
    this.#above = [];
  }

  async #restart(): Promise<void> {
    await this.end();
    this.#above.push({ file: await this.#files.open('/', O_PATH | O_CLOEXEC), path: '', shared: false });
  }

  async #up(): Promise<void> {
    if (this.#above.length < 2) return;
    const left = this.#above.pop();
    if (left !== undefined) await this.#files.close(left.file);
  }

  async #down(name: string): Promise<void> {
    const directory = this.#above.at(-1);
    if (directory === undefined) throw new SystemError(ENOENT);
    const path = `${directory.path}/${name}`;
    const place = `${linuxPaths.descriptors}/${String(directory.file)}/${name}`;
    const file = await this.#open(place).catch((error: unknown) => {
      if (!directory.shared || !isErrno(error, ENOENT)) throw error;
      throw new UntrustedPathError(`${path} is not there yet, and others can make it`);
    });
    const here = { file, path, shared: false };
    this.#above.push(here);
    const status = await this.#files.fstat(file);
    here.shared = this.#judge(path, status);
    if ((status.mode & S_IFMT) === S_IFLNK) await this.#follow(place);
  }

  #open(place: string): Promise<FileDescriptor> {
    return this.#files.open(place, O_PATH | O_CLOEXEC | this.#files.flags.noFollow);
  }

  async #follow(link: string): Promise<void> {
    if (++this.#links > LINKS) throw new SystemError(ELOOP);
    const target = await this.#files.readlink(link);
    await this.#up();
    if (target.startsWith('/')) await this.#restart();
    this.#names.unshift(...parts(target));
  }

  /** @returns whether others may put something of theirs beside what is ours */
  #judge(path: string, { mode, uid }: FileStatus): boolean {
    if (!this.#trusted.has(uid)) throw new UntrustedPathError(`${path} belongs to user ${String(uid)}`);
    const type = mode & S_IFMT;
    // a link's own permissions mean nothing
    if (type === S_IFLNK || (mode & GROUP_OR_OTHERS_WRITE) === 0) return false;
    if (type === S_IFDIR && (mode & STICKY) !== 0) return true;
    const bits = (mode & 0o7777).toString(8).padStart(4, '0');
    throw new UntrustedPathError(`${path} can be written by others (mode ${bits})`);
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
