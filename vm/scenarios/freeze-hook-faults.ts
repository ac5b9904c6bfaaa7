import assert from 'node:assert/strict';
import { withAgent } from './freeze-agent.js';
import { checkWritable, filesystems } from './frozen.js';
import type { Scenario } from './scenario.js';

const hangs: Scenario = {
  name: 'freeze: a hook that hangs is killed with its children',
  notFor: { qemu: 'it waits for the hook for ever, and answers nothing meanwhile' },
  run: (machine) =>
    withAgent(
      machine,
      { options: '--hook-timeout=2', hook: 'test "$1" = thaw || { echo waiting; sleep 1001 & wait; }' },
      async (line) => {
        const { desc } = await line.failure('guest-fsfreeze-freeze');
        assert.match(desc, /failed to execute fsfreeze hook: no end after 2 s \(hook-timeout\), killed: waiting/);
        assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
        assert.ok(!(await machine.control.succeeds('ps | grep -q "[s]leep 1001"')), 'a child of the hook is left');
        assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
        assert.match(await machine.control.output('cat /run/agent/virtio.log'), /fsfreeze hook, freeze: .*waiting/);
        await checkWritable(machine, ['/mnt/data', '/mnt/more']);
      },
    ),
};

const daemon: Scenario = {
  name: 'freeze: a hook that leaves a daemon behind holds nothing up',
  run: (machine) =>
    withAgent(machine, { hook: 'sleep 1002 &' }, async (line) => {
      assert.equal(await line.command('guest-fsfreeze-freeze'), filesystems);
      assert.equal(await line.command('guest-fsfreeze-thaw'), filesystems);
      assert.ok(await machine.control.succeeds('ps | grep -q "[s]leep 1002"'), 'the daemon was killed');
      await machine.control.run('killall sleep');
    }),
};

const fails: Scenario = {
  name: 'freeze: a hook that fails prevents the freeze and hears of the thaw',
  notFor: { qemu: 'its error does not say what the hook wrote' },
  run: (machine) =>
    withAgent(machine, { hook: 'test "$1" = thaw || { echo no; exit 3; }' }, async (line) => {
      const { desc } = await line.failure('guest-fsfreeze-freeze');
      assert.match(desc, /failed to execute fsfreeze hook: no\n/);
      assert.equal(await line.command('guest-fsfreeze-status'), 'thawed');
      assert.equal(await machine.control.output('cat /mnt/data/hook.log'), 'freeze\nthaw');
      await checkWritable(machine, ['/mnt/data']);
    }),
};

/** The hook misbehaves. */
export const freezeHookFaults: readonly Scenario[] = [hangs, daemon, fails];
