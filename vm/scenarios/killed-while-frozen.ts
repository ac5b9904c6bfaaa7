import assert from 'node:assert/strict';
import { limits } from '../time.js';
import { checkWritable, filesystems, withFreezableLine } from './frozen.js';
import { isAgentClosed, isAgentOpen } from './port-opens.js';
import type { Scenario } from './scenario.js';

/** An agent that dies while frozen leaves a mark, and the next one knows that a thaw is due. */
export const killedWhileFrozen: Scenario = {
  name: 'killed while frozen, a new agent thaws',
  run: async (machine) => {
    const { control, qmp } = machine;
    await withFreezableLine(machine, async (line) => {
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems);
      await control.output('kill -9 $(cat /run/agent/virtio.pid)');
      await qmp.event('VSERPORT_CHANGE', isAgentClosed, limits.reply);
      await control.output('test -e /run/agent/virtio/qga.state.isfrozen');
      await control.output('start-agent virtio');
      await qmp.event('VSERPORT_CHANGE', isAgentOpen, limits.firstReply);
      await line.sync(limits.firstReply);
      assert.equal(await line.command('guest-fsfreeze-status'), 'frozen', 'status after the restart');
      assert.equal((await line.failure('guest-get-time')).class, 'CommandNotFound');
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
      assert.ok(!(await control.succeeds('test -e /run/agent/virtio/qga.state.isfrozen')), 'the mark is left behind');
      await checkWritable(machine, ['/mnt/data', '/mnt/more', '/mnt/loop']);
    });
  },
};
