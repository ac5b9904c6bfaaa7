import { withLine } from '../machine/agent-line.js';
import type { Scenario } from './scenario.js';

/** What may lie in the line before a client comes; each is followed by 0xFF and a sync. */
const garbage: readonly (string | Uint8Array)[] = [
  '{"execute":"guest-pi',
  '{"execute":"guest-sync","arguments":{"id":1',
  '[[[[{"a":[',
  '"text without an end',
  Uint8Array.from({ length: 5000 }, (_, index) => (index * 7 + (index >> 3)) % 256),
  Uint8Array.of(0xff, 0xff, 0xff),
  Uint8Array.of(0, 0x1b, 0x80, 0xfe, 0x7f, 0x0a, 0x7d, 0x5d),
];

/** Whatever went before, 0xFF and guest-sync-delimited bring client and agent in step. */
export const syncAfterGarbage: Scenario = {
  name: 'sync after garbage',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      for (const bytes of garbage) {
        line.write(bytes);
        await line.sync();
        await line.command('guest-ping');
      }
    }),
};
