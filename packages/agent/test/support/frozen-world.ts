import { SystemError } from '../../dist/core/system-error.js';
import { EBUSY, EINVAL, ENOENT, EOPNOTSUPP, FIFREEZE, FITHAW } from '../../dist/linux/constants.js';
import { linuxPaths } from '../../dist/linux/paths.js';
import { nodePlatform } from '../../dist/node/platform.js';
import type { Platform } from '../../dist/platform.js';

/** A mounted filesystem that exists only here. */
export interface FakeMount {
  readonly mountpoint: string;
  readonly device: string;
  readonly type?: string;
  /** errno that freezing it gives */
  readonly refuses?: number;
  /** errno that opening its mount point gives */
  readonly closed?: number;
  /** freezing it takes until this settles */
  readonly hangs?: Promise<void>;
}

/** A platform on which freezing touches filesystems of the test's imagination, and everything else is real. */
export class FrozenWorld {
  readonly platform: Platform;
  readonly paths: typeof linuxPaths;
  /** what was frozen (+) and thawed (-), in order */
  readonly events: string[] = [];
  readonly frozen = new Set<string>();
  readonly syslog: string[] = [];
  readonly log: string[] = [];
  mounts: FakeMount[];
  /** the kernel's table cannot be read */
  unreadable = false;
  #next = 1_000_000;
  readonly #open = new Map<number, FakeMount | string>();
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #skipped = 0;

  constructor(mounts: readonly FakeMount[]) {
    this.mounts = [...mounts];
    const real = nodePlatform({
      write: (text) => void this.log.push(text),
      syslog: (_, text) => void this.syslog.push(text),
    });
    this.paths = { ...linuxPaths, mountinfo: 'fake:mountinfo', mounts: 'fake:mounts', volatile: '/nonexistent' };
    const { files } = real;
    const monotonic = (): number => real.clock.monotonic() + this.#skipped;
    this.platform = {
      ...real,
      clock: {
        ...real.clock,
        monotonic,
        after: (milliseconds, callback) => {
          const timer = { at: monotonic() + milliseconds, callback };
          this.#timers.add(timer);
          // what the test does not skip passes by itself
          const cancel = real.clock.after(Math.min(milliseconds, 5000), () => {
            this.#fire(timer, monotonic());
          });
          return () => {
            cancel();
            this.#timers.delete(timer);
          };
        },
      },
      files: {
        ...files,
        open: (path, flags, mode) => this.#openPath(path) ?? files.open(path, flags, mode),
        close: (file) => (this.#open.delete(file) ? Promise.resolve() : files.close(file)),
        read: (file, into) => this.#read(file, into) ?? files.read(file, into),
        ioctl: (file, request) => this.#ioctl(file, request),
      },
    };
  }

  /** How many of the fake descriptors are open. */
  get open(): number {
    return this.#open.size;
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.#skipped += milliseconds;
    const now = this.platform.clock.monotonic();
    for (const timer of [...this.#timers]) this.#fire(timer, now);
  }

  #fire(timer: { readonly at: number; readonly callback: () => void }, now: number): void {
    if (timer.at <= now && this.#timers.delete(timer)) timer.callback();
  }

  #table(): string {
    return this.mounts
      .map(({ mountpoint, device, type = 'ext4' }) => `1 1 ${device} / ${mountpoint} rw - ${type} /dev/x rw\n`)
      .join('');
  }

  #openPath(path: string): Promise<number> | undefined {
    const mount = this.mounts.find(({ mountpoint }) => mountpoint === path);
    if (mount === undefined && !path.startsWith('fake:')) return undefined;
    if (mount?.closed !== undefined) return Promise.reject(new SystemError(mount.closed));
    if (mount === undefined && this.unreadable) return Promise.reject(new SystemError(ENOENT));
    this.#next += 1;
    this.#open.set(this.#next, mount ?? this.#table());
    return Promise.resolve(this.#next);
  }

  #read(file: number, into: Uint8Array): Promise<number> | undefined {
    const content = this.#open.get(file);
    if (typeof content !== 'string') return undefined;
    const piece = content.slice(0, into.length);
    this.#open.set(file, content.slice(piece.length));
    into.set(Buffer.from(piece));
    return Promise.resolve(piece.length);
  }

  #ioctl(file: number, request: number): Promise<number> {
    const mount = this.#open.get(file);
    if (mount === undefined || typeof mount === 'string') throw new Error('ioctl on a real file');
    const { device, hangs, mountpoint, refuses } = mount;
    if (request === FIFREEZE) {
      if (refuses !== undefined) return Promise.reject(new SystemError(refuses));
      if (this.frozen.has(device)) return Promise.reject(new SystemError(EBUSY));
      return (hangs ?? Promise.resolve()).then(() => {
        this.frozen.add(device);
        this.events.push(`+${mountpoint}`);
        return 0;
      });
    }
    if (request !== FITHAW) return Promise.reject(new SystemError(EOPNOTSUPP));
    if (!this.frozen.delete(device)) return Promise.reject(new SystemError(EINVAL));
    this.events.push(`-${mountpoint}`);
    return Promise.resolve(0);
  }
}
