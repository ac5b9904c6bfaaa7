import assert from 'node:assert/strict';
import { AgentLine, withLine } from '../machine/agent-line.js';
import type { Machine } from '../machine/machine.js';
import { sleep } from '../time.js';
import type { Scenario } from './scenario.js';

/** How long the agent gets to notice that the host is gone, in milliseconds; QEMU's looks every 100. */
export const noticeTime = 1500;

/** A host that goes away in the middle of a message and comes back. */
export const hostReconnects: readonly Scenario[] = [
  {
    name: 'host hangs up in mid-message, returns later without 0xFF',
    notFor: { qemu: 'its parser keeps a half message across a disconnect' },
    run: async (machine) => {
      await hangUpAfter(machine, '{"execute":"guest-ping","id":');
      await sleep(noticeTime);
      await withLine(machine.virtioLine, async (line) => {
        assert.equal(await line.command('guest-sync', { id: 77 }), 77);
      });
    },
  },
  {
    name: 'host hangs up in mid-message, returns at once with 0xFF',
    run: async (machine) => {
      for (const half of ['{"execute":"guest-ping","id":', '{"execute":"guest-ping","id":"']) {
        await hangUpAfter(machine, half);
        await withLine(machine.virtioLine, async (line) => {
          await line.sync();
          await line.command('guest-ping');
        });
      }
    },
  },
];

/** A client that sends some bytes and is gone. */
export async function hangUpAfter(machine: Machine, text: string): Promise<void> {
  const line = await AgentLine.connect(machine.virtioLine);
  line.write(text);
  await line.closeAfterWrites();
}
