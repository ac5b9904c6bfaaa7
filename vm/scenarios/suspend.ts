import { withLine } from '../machine/agent-line.js';
import { limits } from '../time.js';
import type { Scenario } from './scenario.js';

/** The machine sleeps, and after it was woken the agent goes on, without a word about the sleep. */
export const suspend: Scenario = {
  name: 'guest-suspend-ram sleeps and wakes silently',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await line.sync(limits.firstReply);
      line.send('guest-suspend-ram');
      await machine.qmp.event('SUSPEND', () => true, limits.reply);
      machine.qmp.wakeUp();
      await machine.qmp.event('WAKEUP', () => true, limits.reply);
      // a reply to the suspend would be taken for the reply to this
      await line.command('guest-sync', { id: 4711 }).then((value) => {
        if (value !== 4711) throw new Error(`guest-sync answered ${JSON.stringify(value)}`);
      });
    }),
};
