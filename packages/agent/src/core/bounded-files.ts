import { AgentError } from '@qga/protocol';
import type { Clock, Files } from '../platform.js';
import { LATE, within } from './within.js';

/** Calls on files that are under way at a time. Each may hold a thread for as long as its disk likes; the hosts have 24. */
export const MOST_CALLS = 16;
/** How long a call waits for its turn, in milliseconds: when nothing comes back for so long, a disk is dead. */
const TURN_LIMIT = 30_000;

/** What may wait for a disk. */
type Call = Exclude<keyof Files, 'flags' | 'readNow'>;
const CALLS =
  'open close read readSmall write lseek fstat stat fchmod fchown fsync rename unlink mkdir readdir readlink realpath statvfs ' +
  'executable ioctl';

/** Lets so many calls through at a time; the others wait in order. */
class Gate {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #passing = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws AgentError when its turn does not come */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#passing >= MOST_CALLS) return this.#wait(work);
    this.#passing += 1;
    return this.#pass(work);
  }

  async #wait<T>(work: () => Promise<T>): Promise<T> {
    let called = (): void => undefined;
    const turn = new Promise<void>((resolve) => (called = resolve));
    this.#waiting.add(called);
    const outcome = await within(this.#clock, TURN_LIMIT, turn);
    // called at the last moment: whoever is done has counted on it
    if (outcome !== LATE || !this.#waiting.delete(called)) return this.#pass(work);
    const seconds = String(TURN_LIMIT / 1000);
    throw new AgentError(
      `${String(MOST_CALLS)} calls on files have not come back for ${seconds} s: a disk or a server of the guest is dead`,
    );
  }

  /** Works, and leaves its place to the one who has waited longest. */
  async #pass<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#passing -= 1;
      else {
        this.#waiting.delete(next);
        next();
      }
    }
  }
}

/**
 * Files for what clients ask. However many of their calls hang, the host has threads left for a freeze and a thaw, whose calls do
 * not come this way.
 */
export function boundedFiles(files: Files, clock: Clock): Files {
  const gate = new Gate(clock);
  const bounded = (CALLS.split(' ') as Call[])
    .filter((name) => name in files)
    .map((name) => {
      const call = (...args: unknown[]): Promise<unknown> =>
        gate.run(() => (files[name] as (...args: unknown[]) => Promise<unknown>).apply(files, args));
      return [name, call] as const;
    });
  const { flags } = files;
  return { ...Object.fromEntries(bounded), flags, readNow: (file, into) => files.readNow(file, into) } as Files;
}
