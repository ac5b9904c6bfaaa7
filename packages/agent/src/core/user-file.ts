import { AgentError } from '@qga/protocol';
import {
  EEXIST,
  ELOOP,
  ENOENT,
  ENOTDIR,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
} from '../linux/constants.js';
import type { User } from '../linux/passwd.js';
import type { Paths } from '../linux/paths.js';
import type { FileDescriptor, Platform } from '../platform.js';
import { readOpenFile } from './read-file.js';
import { isErrno } from './system-error.js';
import { writeAll } from './write-all.js';

const ROOT = 0;
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Bytes; no list of keys is that long, and what is not read whole must not be written back. */
const SIZE_LIMIT = 4 * 1024 * 1024;

/**
 * A file in a directory of a user's home, handled with the agent's rights and yet not at the user's mercy: the way down goes
 * by open directories, no symbolic link in the home is followed, and what belongs to somebody else is neither read nor replaced.
 */
export class UserFile {
  readonly path: string;
  readonly directoryPath: string;
  readonly #platform: Platform;
  readonly #paths: Paths;
  readonly #user: User;
  readonly #directory: string;
  readonly #name: string;

  constructor(platform: Platform, paths: Paths, user: User, directory: string, name: string) {
    this.#platform = platform;
    this.#paths = paths;
    this.#user = user;
    this.#directory = directory;
    this.#name = name;
    this.directoryPath = `${user.home}/${directory}`;
    this.path = `${this.directoryPath}/${name}`;
  }

  /**
   * Reads the file.
   * @throws SystemError ENOENT when it or a directory above is missing
   * @throws AgentError when it is not the user's, or something else than a plain file
   */
  read(): Promise<Uint8Array> {
    return this.#inDirectory(false, async (directory) => {
      const { files } = this.#platform;
      const flags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | files.flags.noFollow;
      const file = await this.#open(directory, this.#name, flags, this.path);
      try {
        const { mode, size, uid } = await files.fstat(file);
        // a root-owned one could be a hard link to any of root's files
        if ((mode & S_IFMT) !== S_IFREG || uid !== this.#user.uid) throw refusal(this.path, 'not a file of the user');
        if (size > SIZE_LIMIT) throw refusal(this.path, 'too large');
        return await readOpenFile(files, file, SIZE_LIMIT);
      } finally {
        await files.close(file);
      }
    });
  }

  /**
   * Replaces the file at one blow, or makes it, and its directory as well.
   * @throws SystemError
   * @throws AgentError when the directory is not the user's, or cannot be made
   */
  replace(bytes: Uint8Array): Promise<void> {
    return this.#inDirectory(true, async (directory) => {
      const { files } = this.#platform;
      const draft = this.#below(directory, `.${this.#name}.qemu-ga`);
      const file = await this.#create(draft);
      try {
        await this.#fill(file, bytes);
        await files.rename(draft, this.#below(directory, this.#name));
      } catch (error) {
        await files.unlink(draft);
        throw error;
      } finally {
        await files.close(file);
      }
    });
  }

  async #fill(file: FileDescriptor, bytes: Uint8Array): Promise<void> {
    const { files } = this.#platform;
    await writeAll(files, file, bytes);
    await files.fchown(file, this.#user.uid, this.#user.gid);
    await files.fchmod(file, FILE_MODE);
    await files.fsync(file);
  }

  /** A draft that is there already was left by an agent that was killed. */
  async #create(draft: string): Promise<FileDescriptor> {
    const { files } = this.#platform;
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | files.flags.noFollow;
    try {
      return await files.open(draft, flags, FILE_MODE);
    } catch (error) {
      if (!isErrno(error, EEXIST)) throw error;
      await files.unlink(draft);
      return files.open(draft, flags, FILE_MODE);
    }
  }

  async #inDirectory<T>(make: boolean, use: (directory: FileDescriptor) => Promise<T>): Promise<T> {
    const { files } = this.#platform;
    const home = await this.#openHome(make);
    let directory: FileDescriptor;
    try {
      const isNew = make && (await this.#makeDirectory(home));
      directory = await this.#openDirectory(home, isNew);
    } finally {
      await files.close(home);
    }
    try {
      return await use(directory);
    } finally {
      await files.close(directory);
    }
  }

  /** The home's own path is the administrator's choice, links included; that the user or root has it is not. */
  async #openHome(make: boolean): Promise<FileDescriptor> {
    const { files } = this.#platform;
    const { home } = this.#user;
    let file: FileDescriptor;
    try {
      file = await files.open(home, O_RDONLY | O_CLOEXEC | files.flags.directory);
    } catch (error) {
      throw make && isErrno(error) ? this.#cannotMake(error) : error;
    }
    return this.#keptIf(file, () => this.#checkOwner(file, home));
  }

  /** @returns whether it was not there before */
  async #makeDirectory(home: FileDescriptor): Promise<boolean> {
    try {
      await this.#platform.files.mkdir(this.#below(home, this.#directory), DIRECTORY_MODE);
      return true;
    } catch (error) {
      if (isErrno(error, EEXIST)) return false;
      throw isErrno(error) ? this.#cannotMake(error) : error;
    }
  }

  async #openDirectory(home: FileDescriptor, isNew: boolean): Promise<FileDescriptor> {
    const { files } = this.#platform;
    const flags = O_RDONLY | O_CLOEXEC | files.flags.directory | files.flags.noFollow;
    const directory = await this.#open(home, this.#directory, flags, this.directoryPath);
    return this.#keptIf(directory, async () => {
      await this.#checkOwner(directory, this.directoryPath);
      if (isNew) await files.fchown(directory, this.#user.uid, this.#user.gid);
    });
  }

  /** Hands a descriptor back when the checks on it pass; else closes it. */
  async #keptIf(file: FileDescriptor, check: () => Promise<void>): Promise<FileDescriptor> {
    try {
      await check();
      return file;
    } catch (error) {
      await this.#platform.files.close(file);
      throw error;
    }
  }

  /** The user's or root's, else it is refused. */
  async #checkOwner(file: FileDescriptor, path: string): Promise<void> {
    const { uid } = await this.#platform.files.fstat(file);
    if (uid !== this.#user.uid && uid !== ROOT) throw refusal(path, "not the user's");
  }

  async #open(directory: FileDescriptor, name: string, flags: number, path: string): Promise<FileDescriptor> {
    try {
      return await this.#platform.files.open(this.#below(directory, name), flags);
    } catch (error) {
      if (isErrno(error, ELOOP, ENOTDIR)) throw refusal(path, 'a symbolic link, or not a directory');
      throw error;
    }
  }

  #below(directory: FileDescriptor, name: string): string {
    return `${this.#paths.descriptors}/${String(directory)}/${name}`;
  }

  #cannotMake(error: Error): AgentError {
    return new AgentError(`failed to create directory '${this.directoryPath}': ${error.message}`);
  }
}

/** Whether a file is not there, seen from anywhere on the way to it. */
export function isMissing(error: unknown): boolean {
  return isErrno(error, ENOENT);
}

function refusal(path: string, why: string): AgentError {
  return new AgentError(`refused to use '${path}': ${why}`);
}
