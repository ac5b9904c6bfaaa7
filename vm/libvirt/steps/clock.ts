import assert from 'node:assert/strict';
import type { Guest, Step } from './step.js';

/** Seconds since 1970, far from the present and from each other. */
const YEAR_2031 = 1_924_992_000;
const YEAR_2001 = 1_000_000_000;

/** An emulated machine is slow, and clocks go on while they are looked at. */
const NEAR = 100;

/** The clock is read, set and taken from the hardware clock. */
export const clock: readonly Step[] = [
  {
    name: 'domtime',
    run: async (guest) => {
      const text = await guest.call('domtime');
      checkNear(Number(/\d+/.exec(text)?.[0]), await now(guest), 'domtime');
      return text.replace(/\d+/, 'SECONDS');
    },
  },
  {
    name: 'domtime --pretty',
    run: async ({ call }) => (await call('domtime', '--pretty')).replace(/\d/g, '9'),
  },
  {
    name: `domtime --time ${YEAR_2031}`,
    run: async (guest) => {
      const text = await guest.call('domtime', '--time', String(YEAR_2031));
      checkNear(await now(guest), YEAR_2031, 'the system clock');
      const hardware = await guest.control().output('cat /sys/class/rtc/rtc0/since_epoch');
      checkNear(Number(hardware), YEAR_2031, 'the hardware clock');
      return text;
    },
  },
  {
    name: 'domtime --sync',
    run: async (guest) => {
      await guest.control().output(`date -s @${YEAR_2001}`);
      const text = await guest.call('domtime', '--sync');
      checkNear(await now(guest), YEAR_2031, 'the system clock');
      return text;
    },
  },
  {
    name: 'domtime --now',
    run: async (guest) => {
      const text = await guest.call('domtime', '--now');
      checkNear(await now(guest), Date.now() / 1000, 'the system clock');
      return text;
    },
  },
  { name: 'domtime --time -5', run: ({ call }) => call('domtime', '--time', '-5') },
  { name: 'domtime --time 9000000000', run: ({ call }) => call('domtime', '--time', '9000000000') },
];

async function now(guest: Guest): Promise<number> {
  return Number(await guest.control().output('date +%s'));
}

function checkNear(seconds: number, expected: number, what: string): void {
  assert.ok(Math.abs(seconds - expected) < NEAR, `${what} says ${seconds}, not about ${Math.round(expected)}`);
}
