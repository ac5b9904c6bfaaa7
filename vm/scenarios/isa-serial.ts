import { withLine } from '../machine/agent-line.js';
import { limits } from '../time.js';
import { checkBasics } from './basics.js';
import { checkRoundTrip } from './file-round-trip.js';
import type { Scenario } from './scenario.js';

/** The same over an emulated serial line, which passes one byte at a time: the file is smaller. */
export const isaSerial: Scenario = {
  name: 'sync, ping, info and a file of 64 KiB over isa-serial',
  run: (machine) =>
    withLine(machine.isaLine, async (line) => {
      await line.sync(limits.firstReply);
      await checkBasics(line);
      await checkRoundTrip(machine, line, { size: 64 * 1024, chunk: 4096 });
    }),
};
