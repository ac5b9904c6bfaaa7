import { guestAt, type GuestOptions } from '@qga/client';
import { readTimeout } from '../globals.js';
import { formatDuration } from '../output/units.js';
import type { Selected } from '../select.js';
import type { Verb } from '../verb.js';

interface Options {
  readonly for?: number;
}

const PATIENCE = 300_000;

/** Each attempt is short: a guest that boots takes the greeting but does not answer it. */
const ATTEMPT: GuestOptions = { syncLimit: 2000, callLimit: 5000 };

/** Waits until the agents answer. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.option('--for <SECONDS>', 'give up after so long; default 300', (text) => readTimeout(text, '--for'));
  },
  run: async (context, { options }) => {
    const outcomes = await context.eachAddress(async (selected) => {
      const start = performance.now();
      await untilReady(selected, options.for ?? PATIENCE);
      return { milliseconds: Math.round(performance.now() - start) };
    });
    for (const outcome of outcomes) {
      if ('error' in outcome) continue;
      if (context.json) context.printValue(outcome.guest, outcome.value);
      else process.stdout.write(`${outcome.guest.name} is ready after ${formatDuration(outcome.value.milliseconds)}\n`);
    }
    return context.conclude(outcomes);
  },
};

async function untilReady({ target }: Selected, timeout: number): Promise<void> {
  const guest = guestAt(target, ATTEMPT);
  try {
    await guest.waitUntilReady({ timeout });
  } finally {
    guest.close();
  }
}
