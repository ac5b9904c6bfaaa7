import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { limits, until } from '../time.js';
import { agentOpened, endAgent, startAgain } from './freeze-agent.js';
import { checkWritable } from './frozen.js';
import type { Scenario } from './scenario.js';

/** A root of its own for the agent: `/`, `/usr` with the agent and `/var` are the machine's three filesystems. */
const makeRoot = `
  set -e
  root=/mnt/more
  mkdir -p $root/bin $root/etc $root/proc $root/sys $root/dev $root/run $root/usr $root/var /mnt/data/bin
  cp /bin/busybox $root/bin/busybox
  for name in sh echo true; do ln -sf busybox $root/bin/$name; done
  cp /usr/bin/qemu-ga /mnt/data/bin/qemu-ga
  ln -sfn /run /mnt/loop/run
  printf '#!/bin/sh\\necho "$1" >>/etc/hook.log\\n' >$root/etc/hook
  chmod 755 $root/etc/hook
  rm -f $root/etc/hook.log
  mount -o bind /mnt/data $root/usr
  mount -o bind /mnt/loop $root/var
  for folder in proc sys dev run; do mount -o bind /$folder $root/$folder; done
  chroot $root /usr/bin/qemu-ga -p /dev/virtio-ports/org.qemu.guest_agent.0 -F/etc/hook -l /var/agent.log -v \\
    </dev/null >/run/agent/root.log 2>&1 &
  echo $! >/run/agent/virtio.pid`;

/** Leaves the machine almost no memory, and takes from the agent what it could read again. */
const hog = `
  mkdir -p /run/hog
  mount -t tmpfs -o size=100% tmpfs /run/hog
  echo 3 >/proc/sys/vm/drop_caches
  free=$(sed -n 's/MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)
  (fallocate -l $((free - 30000))k /run/hog/all; echo 3 >/proc/sys/vm/drop_caches; echo >/run/hog.done) >/dev/null 2>&1 &`;

/** An emulated processor takes its time to fill memory, in milliseconds. */
const FILLING = 120_000;

const undo = `
  umount /run/hog
  rm -f /run/hog.done
  kill -9 $(cat /run/agent/virtio.pid)
  for folder in /mnt/data /mnt/more /mnt/loop; do fsfreeze --unfreeze $folder; done
  for folder in proc sys dev run var usr; do umount /mnt/more/$folder; done
  rm -f /run/qga.state.isfrozen
  true`;

/** Everything that the agent lives on is frozen, and the machine has next to no memory. */
export const freezeRoot: Scenario = {
  name: 'freeze: /, /usr and /var frozen, no memory: the thaw works',
  notFor: {
    ours: 'Node and its modules do not fit on the machine’s disks',
    qemu: 'the libraries of it are not in the scenario’s root',
  },
  run: async (machine) => {
    const { control } = machine;
    await endAgent(machine, 'TERM');
    try {
      await control.output(makeRoot);
      await agentOpened(machine);
      await withLine(machine.virtioLine, async (line) => {
        await line.sync(limits.firstReply);
        assert.equal(await line.command('guest-fsfreeze-freeze'), 3);
        assert.match(await control.output('grep VmLck /proc/$(cat /run/agent/virtio.pid)/status'), /[1-9]\d+ kB/);
        await control.output(hog);
        await until(() => control.succeeds('test -e /run/hog.done'), FILLING, 'end of filling memory');
        const free = await control.output("sed -n 's/MemAvailable: *//p' /proc/meminfo");
        assert.match(free, /^[1-5]?\d{4} kB$/, 'the memory that is left');
        for (let at = 0; at < 200; at++) await line.command('guest-fsfreeze-status');
        assert.equal(await line.command('guest-fsfreeze-thaw'), 3);
        assert.match(await control.output('grep VmLck /proc/$(cat /run/agent/virtio.pid)/status'), /\s0 kB/);
        assert.equal(await control.output('cat /mnt/more/etc/hook.log'), 'freeze\nthaw');
        await checkWritable(machine, ['/mnt/data', '/mnt/more', '/mnt/loop']);
        assert.match(await control.output('cat /mnt/loop/agent.log'), /logging re-enabled/);
      });
    } finally {
      await control.run(undo);
      await startAgain(machine);
    }
  },
};
