import type { Platform } from '../platform.js';
import { ENOENT, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../linux/constants.js';
import { keyFileString, KeyFileError, parseKeyFile } from './key-file.js';
import type { Log } from './log.js';
import { Mutex } from './mutex.js';
import { readTextFile } from './read-file.js';
import { isErrno } from './system-error.js';

/** The first file handle of a guest's life. */
const FIRST_HANDLE = 1000;
/** Handles stay within what every client's integers hold; QEMU's counter wraps near here. */
const LAST_HANDLE = 2_147_483_647;

/** State that cannot be read or kept; the agent does not start with it. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/**
 * What outlives the agent's process, in the state directory: the counter of file handles (`qga.state`), so that a handle of an
 * earlier process is never mistaken for a new one, and whether filesystems are frozen (`qga.state.isfrozen`).
 */
export class AgentState {
  readonly #platform: Platform;
  readonly #log: Log;
  readonly #counterPath: string;
  readonly #markerPath: string;
  readonly #lock = new Mutex();
  #next = FIRST_HANDLE;
  #frozen = false;

  private constructor(platform: Platform, log: Log, statedir: string) {
    this.#platform = platform;
    this.#log = log;
    this.#counterPath = `${statedir}/qga.state`;
    this.#markerPath = `${statedir}/qga.state.isfrozen`;
  }

  /**
   * Reads what an earlier process left.
   * @throws StateError when the directory or its files cannot be used
   */
  static async load(platform: Platform, log: Log, statedir: string): Promise<AgentState> {
    const state = new AgentState(platform, log, statedir);
    state.#frozen = await state.#markerExists();
    if (state.#frozen) {
      log.hold();
      platform.logs.write(
        'previous instance appears to have exited with frozen filesystems. deferring logging/pidfile creation and ' +
          'disabling non-fsfreeze-safe commands until guest-fsfreeze-thaw is issued, or filesystems are manually ' +
          `unfrozen and the file ${state.#markerPath} is removed\n`,
      );
    }
    await state.#loadCounter();
    return state;
  }

  /** Whether filesystems are frozen by this agent or by an earlier process of it. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Marks the agent as frozen, before anything is frozen: the marker's disk may be next. Logging is held. */
  async enterFrozen(): Promise<void> {
    this.#log.write('warning', 'disabling logging due to filesystem freeze');
    this.#frozen = true;
    this.#log.hold();
    const { files } = this.#platform;
    try {
      await files.close(await files.open(this.#markerPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600));
    } catch (error) {
      if (!isErrno(error)) throw error;
      this.#log.write(
        'warning',
        `unable to create ${this.#markerPath}, fsfreeze may not function properly: ${error.message}`,
      );
    }
  }

  /** The reverse, after everything is thawed. */
  async leaveFrozen(): Promise<void> {
    try {
      await this.#platform.files.unlink(this.#markerPath);
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (error.errno !== ENOENT) this.#log.write('warning', `unable to remove ${this.#markerPath}: ${error.message}`);
    }
    this.#frozen = false;
    this.#log.release();
    this.#log.write('warning', 'logging re-enabled due to filesystem unfreeze');
  }

  /**
   * A handle number that was never given before; on disk before anybody sees it.
   * @throws SystemError when it cannot be kept
   */
  takeHandle(): Promise<number> {
    return this.#lock.run(async () => {
      const handle = this.#next;
      this.#next = handle >= LAST_HANDLE ? FIRST_HANDLE : handle + 1;
      await this.#saveCounter();
      return handle;
    });
  }

  async #markerExists(): Promise<boolean> {
    try {
      await this.#platform.files.stat(this.#markerPath);
      return true;
    } catch (error) {
      // what cannot be looked at may well be there, and believing in a freeze harms nobody
      return !isErrno(error, ENOENT);
    }
  }

  async #loadCounter(): Promise<void> {
    let text: string;
    try {
      text = await readTextFile(this.#platform, this.#counterPath);
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (error.errno !== ENOENT)
        throw new StateError(`unable to access state file at path ${this.#counterPath}: ${error.message}`);
      if (!this.#frozen) await this.#createCounter();
      return;
    }
    try {
      const value = parseKeyFile(text).get('global')?.get('fd_counter');
      if (value !== undefined) this.#next = readCounter(keyFileString(value));
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error;
      throw new StateError(`error loading persistent state from path: ${this.#counterPath}, ${error.message}`);
    }
  }

  async #createCounter(): Promise<void> {
    try {
      await this.#saveCounter();
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new StateError(`unable to create state file at path ${this.#counterPath}: ${error.message}`);
    }
  }

  async #saveCounter(): Promise<void> {
    const { files, kernels } = this.#platform;
    const temporary = `${this.#counterPath}.new`;
    const bytes = kernels.textToAscii(`[global]\nfd_counter=${String(this.#next)}\n`);
    const file = await files.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644);
    try {
      for (let at = 0; at < bytes.length;) at += await files.write(file, bytes.subarray(at));
    } finally {
      await files.close(file);
    }
    await files.rename(temporary, this.#counterPath);
  }
}

/** A counter that makes no sense starts over where no handle of this boot can be: at the first one. */
function readCounter(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 && value <= LAST_HANDLE ? value : FIRST_HANDLE;
}
