import assert from 'node:assert/strict';
import type { Machine } from '../machine/machine.js';
import { sleep } from '../time.js';
import { hangUpAfter, noticeTime } from './host-reconnects.js';
import type { Scenario } from './scenario.js';

/** How long the agent is watched, in milliseconds. */
const watchTime = 2000;

/** An agent with a reply for a host that is away must wait, not try again without a pause. */
export const absentHost: Scenario = {
  name: 'a reply for an absent host keeps no processor busy',
  notFor: { qemu: 'it retries a blocked write in a busy loop' },
  run: async (machine) => {
    await hangUpAfter(machine, '{"execute":"guest-info"}'.repeat(20));
    await sleep(noticeTime);
    const before = await processorTicks(machine);
    await sleep(watchTime);
    const used = (await processorTicks(machine)) - before;
    // The kernel counts 100 ticks a second. A busy loop uses nearly all of them, a wait a few at most.
    assert.ok(used < watchTime / 20, `${used} of ${watchTime / 10} ticks were used`);
  },
};

/** Processor time of the agent so far, of user and system together: fields 14 and 15 of /proc/PID/stat. */
async function processorTicks({ control }: Machine): Promise<number> {
  const fields = await control.output('cut -d" " -f14,15 /proc/$(cat /run/agent/virtio.pid)/stat');
  return fields.split(' ').reduce((sum, field) => sum + Number(field), 0);
}
