import assert from 'node:assert/strict';
import { members } from '../machine/json.js';
import { limits, until } from '../time.js';
import { startAgain, withAgent } from './freeze-agent.js';
import { checkWritable, filesystems } from './frozen.js';
import type { Scenario } from './scenario.js';

const LEASE = 600;
/** Seconds between the freeze and the next process. */
const PAUSE = 3;

/** Shell text: makes the agent what the kernel ends first, and asks it to end something as if memory were gone. */
const outOfMemory = `
  pid=$(cat /run/agent/virtio.pid)
  echo 1000 >/proc/$pid/oom_score_adj
  sleep ${PAUSE}
  echo f >/proc/sysrq-trigger
  echo $pid`;

/** The kernel's OOM killer ends the agent that has frozen the guest; the next one knows, and the lease is the old one. */
export const freezeOom: Scenario = {
  name: 'freeze: ended by the OOM killer while frozen, a new agent thaws',
  run: (machine) =>
    withAgent(machine, { options: `--freeze-timeout=${LEASE}` }, async (line) => {
      const { control, agent } = machine;
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems);
      const pid = await control.output(outOfMemory);
      const ended = `! kill -0 ${pid} && dmesg | grep -q 'Killed process ${pid} '`;
      await until(() => control.succeeds(ended), limits.reply, 'end of the agent by the OOM killer');
      await startAgain(machine);
      await line.sync(limits.firstReply);
      assert.equal(await line.command('guest-fsfreeze-status'), 'frozen', 'status after the restart');
      if (agent !== 'qemu') {
        const { 'lease-remaining': left } = members(await line.command('__qga_fsfreeze-report'));
        assert.ok(Number(left) <= LEASE - PAUSE, `the lease has begun anew: ${JSON.stringify(left)} s remain`);
      }
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
      await checkWritable(machine, ['/mnt/data', '/mnt/more', '/mnt/loop']);
    }),
};
