import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { sleep } from '../time.js';
import { hangUpAfter, noticeTime } from './host-reconnects.js';
import type { Scenario } from './scenario.js';

/** A command that one client began must not come true through what the next one sends. */
export const halfMessage: Scenario = {
  name: "a former client's half message is never completed",
  notFor: { qemu: 'its parser keeps a half message across a disconnect' },
  run: async (machine) => {
    await hangUpAfter(machine, '{"execute":"guest-file-open","arguments":{"path":"/run/stale","mode":"w"');
    await sleep(noticeTime);
    await withLine(machine.virtioLine, async (line) => {
      line.write('}}\n');
      await line.sync();
    });
    assert.ok(!(await machine.control.succeeds('test -e /run/stale')), 'the half message was carried out');
  },
};
