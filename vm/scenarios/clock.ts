import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';

/** Times in seconds since 1970; none of them is near the present. */
const newYear2031 = 1_924_992_000;
const billion = 1_000_000_000;

/** The system's clock follows the host's order, and the hardware clock with it. */
export const clock: Scenario = {
  name: 'guest-set-time sets both clocks',
  needs: 'guest-set-time',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await line.sync();
      await line.command('guest-set-time', { time: newYear2031 * billion });
      await checkClock(machine, newYear2031, 'after guest-set-time');
      const nanoseconds = Number(await line.command('guest-get-time'));
      checkNear(nanoseconds / billion, newYear2031, 'guest-get-time');
      // Without a time the hardware clock decides, and that was set along.
      await machine.control.output(`date -s @${billion}`);
      await line.command('guest-set-time');
      await checkClock(machine, newYear2031, 'from the hardware clock');
    }),
};

async function checkClock(machine: Machine, expected: number, what: string): Promise<void> {
  checkNear(Number(await machine.control.output('date +%s')), expected, what);
}

/** Clocks go on while they are looked at. */
function checkNear(seconds: number, expected: number, what: string): void {
  assert.ok(Math.abs(seconds - expected) < 100, `${what}: the clock says ${seconds}, not ${expected}`);
}
