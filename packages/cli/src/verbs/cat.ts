import { once } from 'node:events';
import { interruption } from '../interrupt.js';
import type { Verb } from '../verb.js';

/** Prints files of the guest, of any size, as they are. */
export const verb: Verb = {
  setUp: (command) => {
    command.argument('<FILES...>', 'paths in the guest');
  },
  run: async (context, { words }) => {
    const { signal, release } = interruption();
    try {
      await context.withGuest(context.one, async (guest) => {
        for (const path of words) {
          for await (const bytes of guest.read(path, { signal })) {
            if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
          }
        }
      });
    } finally {
      release();
    }
    return 0;
  },
};
