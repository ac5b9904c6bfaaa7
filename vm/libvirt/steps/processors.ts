import assert from 'node:assert/strict';
import type { Guest, Step } from './step.js';

/** Processors go off line and come back. */
export const processors: readonly Step[] = [
  change('guestvcpus --disable --cpulist 1', '0'),
  ask('guestvcpus'),
  change('guestvcpus --enable --cpulist 1', '0-1'),
  change('setvcpus --guest 1', '0'),
  change('setvcpus --guest 2', '0-1'),
  ask('guestvcpus --disable --cpulist 0'),
  ask('guestvcpus --disable --cpulist 7'),
];

/** @param online the processors that are to be on line afterwards, as the kernel lists them */
function change(words: string, online: string): Step {
  return {
    name: words,
    run: async (guest) => {
      const text = await call(guest, words);
      assert.equal(await guest.control().output('cat /sys/devices/system/cpu/online'), online, 'on line inside');
      return text;
    },
  };
}

function ask(words: string): Step {
  return { name: `${words} (after the changes)`, run: (guest) => call(guest, words) };
}

function call(guest: Guest, words: string): Promise<string> {
  const [command = '', ...args] = words.split(' ');
  return guest.call(command, ...args);
}
