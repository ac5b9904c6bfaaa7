import assert from 'node:assert/strict';
import { AgentLine, withLine } from '../../machine/agent-line.js';
import { members } from '../../machine/json.js';
import { eventually, limits, until } from '../../time.js';
import { isAgentClosed, isAgentOpen } from '../port-opens.js';
import type { Scenario } from '../scenario.js';
import { openFile } from './files.js';

const DAY = 86_400;
/** Shell text: waits until the test says go. */
const WAIT = 'until [ -e /run/go ]; do sleep 0.1; done; rm /run/go';

/** Clocks that jump neither end programs early nor late. */
export const clockJumps: Scenario = {
  name: 'clock jumps while a program runs',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const begin = Number(await control.output('date +%s'));
      const { pid = 0 } = members(await line.command('guest-exec', { path: '/bin/sh', arg: ['-c', WAIT] }));
      for (const jump of [DAY, -2 * DAY, DAY]) {
        await control.output(`date -s @$(($(date +%s) + ${jump}))`);
        const time = Number(await line.command('guest-get-time')) / 1e9;
        assert.ok(Math.abs(time - Number(await control.output('date +%s'))) < 30, 'guest-get-time follows');
        assert.equal(members(await line.command('guest-exec-status', { pid }))['exited'], false, `after ${jump} s`);
      }
      await control.output('touch /run/go');
      const status = await eventually(
        async () => {
          const answer = members(await line.command('guest-exec-status', { pid }));
          return answer['exited'] === true ? answer : undefined;
        },
        limits.reply,
        'end of the program',
      );
      assert.equal(status['exitcode'], 0);
      assert.ok(Math.abs(Number(await control.output('date +%s')) - begin) < 100, 'the test puts the clock back');
    }),
};

/** A new agent takes over in the middle of a conversation; what the old one had open is gone and said to be. */
export const upgraded: Scenario = {
  name: 'agent upgraded (restarted) mid-session',
  run: ({ virtioLine, control, qmp }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const old = await openFile(line, '/proc/version');
      await control.output('kill -TERM $(cat /run/agent/virtio.pid)');
      await qmp.event('VSERPORT_CHANGE', isAgentClosed, limits.reply);
      await control.output('start-agent virtio');
      await qmp.event('VSERPORT_CHANGE', isAgentOpen, limits.firstReply);
      await line.sync(limits.firstReply);
      const { desc } = await line.failure('guest-file-read', { handle: old });
      assert.equal(desc, `handle '${Number(old)}' has not been found`);
      const handle = await openFile(line, '/proc/version');
      assert.ok(Number(handle) > Number(old), 'a handle is never given twice');
      await line.command('guest-file-close', { handle });
    }),
};

const SUFFIX = 'virtio-ports/org.qemu.guest_agent.0';
/** What udev does when a port comes. */
const LINK = `
for port in /sys/class/virtio-ports/*; do
  [ "$(cat $port/name)" = org.qemu.guest_agent.0 ] && ln -sf "../\${port##*/}" /dev/${SUFFIX}
done
test -c /dev/${SUFFIX}`;

/** The channel is taken out of the machine and put back; an agent that was told to try again is there again. */
export const replugged: Scenario = {
  name: 'port unplugged and replugged',
  run: async ({ virtioLine, control, qmp }) => {
    await control.output('kill -TERM $(cat /run/agent/virtio.pid)');
    await control.output('start-agent retry');
    await withLine(virtioLine, (line) => line.sync(limits.firstReply));
    qmp.send('device_del', { id: 'virtio-port' });
    await qmp.event('DEVICE_DELETED', ({ device }) => device === 'virtio-port', limits.reply);
    await control.output(`rm -f /dev/${SUFFIX}`);
    qmp.send('device_add', {
      ...{ driver: 'virtserialport', id: 'virtio-port', chardev: 'virtio', name: 'org.qemu.guest_agent.0' },
    });
    await until(() => control.succeeds(LINK), limits.reply, 'new port in the machine');
    await eventually(
      async () => {
        const line = await AgentLine.connect(virtioLine);
        try {
          await line.sync(5000);
          return true;
        } catch {
          return undefined;
        } finally {
          line.close();
        }
      },
      limits.firstReply,
      'answer on the new port',
    );
    await control.output('kill -TERM $(cat /run/agent/retry.pid)');
    await control.output('start-agent virtio');
    await withLine(virtioLine, (line) => line.sync(limits.firstReply));
  },
};

const PINGS = 20_000;
const BATCH = 500;
/** Kibibytes: what is left over from every ping, were it 64 bytes, would be more. */
const GROWTH = 1024;

/** Many pings leave nothing behind. */
export const manyPings: Scenario = {
  name: '20 000 pings with flat memory',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const ping = `${JSON.stringify({ execute: 'guest-ping' })}\n`.repeat(BATCH);
      const memory = async (): Promise<number> =>
        Number(await control.output("awk '/^RssAnon/ { print $2 }' /proc/$(cat /run/agent/virtio.pid)/status"));
      const pings = async (count: number): Promise<void> => {
        for (let sent = 0; sent < count; sent += BATCH) {
          line.write(ping);
          for (let one = 0; one < BATCH; one++) await line.rawLine('reply to guest-ping');
        }
      };
      await pings(PINGS / 10);
      const before = await memory();
      await pings(PINGS);
      const grown = (await memory()) - before;
      assert.ok(grown < GROWTH, `${grown} KiB more after ${PINGS} pings`);
    }),
};
