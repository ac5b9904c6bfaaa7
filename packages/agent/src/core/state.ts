import type { Platform } from '../platform.js';
import { ENOENT, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../linux/constants.js';
import { linuxPaths, type Paths } from '../linux/paths.js';
import { formatNote, parseNote, readMarker, removeMarker, writeMarker, type FreezeNote } from './freeze-marker.js';
import { keyFileString, KeyFileError, parseKeyFile } from './key-file.js';
import type { Log } from './log.js';
import { placeForMarkers } from './marker-place.js';
import { Mutex } from './mutex.js';
import { readTextFile } from './read-file.js';
import { isErrno } from './system-error.js';
import { writeAll } from './write-all.js';

/** The first file handle of a guest's life. */
const FIRST_HANDLE = 1000;
/** Handles stay within what every client's integers hold; QEMU's counter wraps near here. */
const LAST_HANDLE = 2_147_483_647;

/** Characters of a notice; what is read from a file has bounds. */
const LONGEST_NOTICE = 300;

/** State that cannot be read or kept; the agent does not start with it. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/**
 * What outlives the agent's process: in the state directory the counter of file handles (`qga.state`), so that a handle of an
 * earlier process is never mistaken for a new one; and beside it, or where nothing freezes, whether filesystems are frozen
 * (`qga.state.isfrozen`), and whether the agent thawed them by itself and no client has been told (`qga.state.thawed`).
 */
export class AgentState {
  readonly #platform: Platform;
  readonly #log: Log;
  readonly #counterPath: string;
  /** the first is where a marker is written; an earlier process may have used the other */
  readonly #markerPaths: readonly string[];
  readonly #noticePath: string;
  readonly #boot: string;
  readonly #lock = new Mutex();
  #next = FIRST_HANDLE;
  #frozen = false;
  #note: FreezeNote | undefined;
  #notice: string | undefined;

  private constructor(platform: Platform, log: Log, statedir: string, volatile: string | undefined, boot: string) {
    this.#platform = platform;
    this.#log = log;
    this.#counterPath = `${statedir}/qga.state`;
    const here = `${statedir}/qga.state`;
    const there = volatile === undefined ? undefined : `${volatile}/qemu-ga${statedir.replaceAll('/', '-')}`;
    this.#markerPaths = there === undefined ? [`${here}.isfrozen`] : [`${there}.isfrozen`, `${here}.isfrozen`];
    this.#noticePath = `${there ?? here}.thawed`;
    this.#boot = boot;
  }

  /**
   * Reads what an earlier process left.
   * @throws StateError when the directory or its files cannot be used
   */
  static async load(platform: Platform, log: Log, statedir: string, paths: Paths = linuxPaths): Promise<AgentState> {
    const place = await placeForMarkers(platform, paths, statedir);
    if (place === 'none') log.write('warning', `${statedir} and ${paths.volatile} may be frozen with the rest`);
    const boot = (await readMarker(platform, paths.bootId))?.trim() ?? '';
    const state = new AgentState(platform, log, statedir, place === 'volatile' ? paths.volatile : undefined, boot);
    await state.#loadMarkers();
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

  /** What an earlier process wrote down about its freeze; absent when it was QEMU's agent. */
  get note(): FreezeNote | undefined {
    return this.#note;
  }

  /** What the next thaw must answer instead of success. */
  get notice(): string | undefined {
    return this.#notice;
  }

  /** Writes the marker, before anything is stopped or frozen: a process that dies from now on is thawed after. */
  async noteFreeze(began: number, lease: number, mountpoints: readonly string[]): Promise<void> {
    try {
      await writeMarker(this.#platform, this.#markerPath, formatNote({ boot: this.#boot, began, lease, mountpoints }));
    } catch (error) {
      if (!isErrno(error)) throw error;
      this.#log.write(
        'warning',
        `unable to create ${this.#markerPath}, fsfreeze may not function properly: ${error.message}`,
      );
    }
  }

  /** From now on the agent is frozen. Logging is held, since its disk may be next. */
  enterFrozen(): void {
    this.#log.write('warning', 'disabling logging due to filesystem freeze');
    this.#frozen = true;
    this.#log.hold();
  }

  /** The reverse, after everything is thawed. The marker stays until the hook has been told. */
  leaveFrozen(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#note = undefined;
    this.#log.release();
    this.#log.write('warning', 'logging re-enabled due to filesystem unfreeze');
  }

  /** Removes the marker, when nothing is left to be done by another process. */
  async endFreeze(): Promise<void> {
    for (const path of this.#markerPaths) await this.#remove(path);
  }

  /** Keeps for the next thaw, also if that meets another process, what it must answer. */
  async keepNotice(text: string): Promise<void> {
    this.#notice = text;
    try {
      await writeMarker(this.#platform, this.#noticePath, `${this.#boot}\n${text}\n`);
    } catch (error) {
      if (!isErrno(error)) throw error;
      this.#log.write('warning', `unable to create ${this.#noticePath}: ${error.message}`);
    }
  }

  /** The notice was given, or another freeze has begun. */
  async dropNotice(): Promise<void> {
    if (this.#notice === undefined) return;
    this.#notice = undefined;
    await this.#remove(this.#noticePath);
  }

  get #markerPath(): string {
    return this.#markerPaths[0] ?? '';
  }

  async #remove(path: string): Promise<void> {
    try {
      await removeMarker(this.#platform, path);
    } catch (error) {
      if (!isErrno(error)) throw error;
      this.#log.write('warning', `unable to remove ${path}: ${error.message}`);
    }
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

  async #loadMarkers(): Promise<void> {
    for (const path of this.#markerPaths) {
      const text = await readMarker(this.#platform, path);
      if (text === undefined) continue;
      const note = parseNote(text);
      // no freeze outlives its boot
      if (note !== undefined && note.boot !== this.#boot) await this.#remove(path);
      else {
        this.#frozen = true;
        this.#note ??= note;
      }
    }
    const [boot, notice] = (await readMarker(this.#platform, this.#noticePath))?.split('\n') ?? [];
    if (boot !== undefined && boot === this.#boot && notice !== undefined)
      this.#notice = notice.slice(0, LONGEST_NOTICE);
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
      await writeAll(files, file, bytes);
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
