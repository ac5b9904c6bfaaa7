import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '@qga/client';
import { readTimeout } from '../globals.js';
import { interruption } from '../interrupt.js';
import { formatDuration } from '../output/units.js';
import { perGuest } from '../per-guest.js';

interface Options {
  readonly hold?: number;
}

interface Freeze {
  readonly frozen: number;
  /** how long it was held; without it the guest is still frozen */
  readonly milliseconds?: number;
}

/** Freezes and leaves it so, or holds the freeze for a time and thaws, also when interrupted. */
export const verb = perGuest<Freeze, Options>({
  setUp: (command) => {
    command.argument('[MOUNTPOINTS...]', 'only these; default: all that can be frozen');
    command.option('--hold <SECONDS>', 'thaw after so long, or when interrupted', (text) =>
      readTimeout(text, '--hold'),
    );
  },
  ask: async (guest, { words, options }) => {
    const { signal, release } = interruption();
    try {
      return await (options.hold === undefined
        ? freeze(guest, words, signal)
        : hold(guest, words, options.hold, signal));
    } finally {
      release();
    }
  },
  show: ({ frozen, milliseconds }) => {
    const what = `${String(frozen)} ${frozen === 1 ? 'filesystem' : 'filesystems'}`;
    if (milliseconds !== undefined) return `${what} frozen for ${formatDuration(milliseconds)}, thawed`;
    return frozen === 0 ? 'nothing was frozen' : `${what} frozen, and so they stay until qga thaw`;
  },
});

async function freeze(guest: Guest, mountpoints: readonly string[], signal: AbortSignal): Promise<Freeze> {
  const frozen =
    mountpoints.length === 0
      ? await guest.call('guest-fsfreeze-freeze')
      : await guest.call('guest-fsfreeze-freeze-list', { mountpoints: [...mountpoints] });
  if (!signal.aborted) return { frozen };
  // whoever interrupts does not want it frozen
  await guest.call('guest-fsfreeze-thaw');
  throw signal.reason;
}

async function hold(guest: Guest, mountpoints: readonly string[], time: number, signal: AbortSignal): Promise<Freeze> {
  const what = mountpoints.length === 0 ? {} : { mountpoints: [...mountpoints] };
  const work = async (): Promise<void> => {
    await sleep(time, undefined, { signal }).catch(() => undefined);
  };
  const { frozen, milliseconds } = await guest.withFrozenFilesystems(work, what);
  return { frozen, milliseconds };
}
