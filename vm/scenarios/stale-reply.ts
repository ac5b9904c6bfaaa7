import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { sleep } from '../time.js';
import { hangUpAfter, noticeTime } from './host-reconnects.js';
import type { Scenario } from './scenario.js';

/** Replies that nobody read may reach the next client; a sync has to get past them, and the agent has to live on. */
export const staleReply: Scenario = {
  name: 'host hangs up before the reply',
  run: async (machine) => {
    const pid = await machine.control.output('cat /run/agent/virtio.pid');
    await hangUpAfter(machine, '{"execute":"guest-info"}{"execute":"guest-info"}{"execute":"guest-get-time"}');
    await sleep(noticeTime);
    await withLine(machine.virtioLine, async (line) => {
      await line.sync();
      assert.equal(await line.command('guest-sync', { id: 78 }), 78);
    });
    assert.ok(await machine.control.succeeds(`kill -0 ${pid}`), 'the agent has ended');
  },
};
