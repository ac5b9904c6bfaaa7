import assert from 'node:assert/strict';
import { join } from 'node:path';
import { limits, until } from '../../time.js';
import type { Guest, Step } from './step.js';

const PING = '{"execute":"guest-ping"}';
const STATUS = '{"execute":"guest-fsfreeze-status"}';
const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';
const AGENT = '/run/agent/virtio.pid';

/** Snapshots, restarts on both sides, and the end; the last of them leaves no machine. */
export const lifecycle: readonly Step[] = [
  {
    name: 'snapshot-create-as --disk-only --quiesce',
    run: async (guest) => {
      await guest.control().output('rm -f /mnt/data/hook.log');
      const target = (disk: string): string => `${disk},file=${join(guest.folder, `${disk}.snapshot`)}`;
      const disks = ['vda', 'vdb'].flatMap((disk) => ['--diskspec', target(disk)]);
      const text = await guest.call('snapshot-create-as', 'one', '--disk-only', '--quiesce', '--no-metadata', ...disks);
      const hook = (await guest.control().output('cat /mnt/data/hook.log')).split('\n').join(', ');
      assert.equal(hook, 'freeze, thaw', 'what the freeze hook saw');
      await guest.control().output('echo after >/mnt/data/after && sync -f /mnt/data');
      const list = (await guest.call('domblklist')).replaceAll(guest.folder, 'FOLDER');
      return `${text}\nhook: ${hook}\n${list}`;
    },
  },
  {
    name: 'snapshot-create-as --disk-only --quiesce, where no file can be made',
    run: async (guest) => {
      const disk = 'vda,file=/no/such/folder/file';
      const text = await guest.call('snapshot-create-as', 'two', '--disk-only', '--quiesce', '--diskspec', disk);
      return `${text}\n${await guest.call('qemu-agent-command', STATUS)}`;
    },
  },
  {
    name: 'libvirtd restarted',
    run: async (guest) => {
      await guest.restartLibvirt();
      await until(guest.isConnected, limits.reply, 'agent after the restart of libvirtd');
      return asks(guest);
    },
  },
  {
    name: 'agent killed, then started again',
    run: async (guest) => {
      await guest.control().output(`kill -9 $(cat ${AGENT})`);
      await until(async () => !(await guest.isConnected()), limits.reply, 'end of the connection');
      const without = await guest.call('qemu-agent-command', PING);
      await guest.control().output('start-agent virtio');
      await until(guest.isConnected, limits.firstReply, 'agent that was started again');
      return `${without}\n${await asks(guest)}`;
    },
  },
  {
    name: 'agent killed while frozen, then started again and domfsthaw',
    run: async (guest) => {
      const frozen = await guest.call('domfsfreeze');
      await guest.control().output(`kill -9 $(cat ${AGENT})`);
      await until(async () => !(await guest.isConnected()), limits.reply, 'end of the connection');
      await guest.control().output('start-agent virtio');
      await until(guest.isConnected, limits.firstReply, 'agent that was started again');
      const status = await guest.call('qemu-agent-command', STATUS);
      return [frozen, status, await guest.call('domfsthaw'), await asks(guest)].join('\n');
    },
  },
  {
    name: 'agent stopped for longer than --timeout 1, then going on',
    run: async (guest) => {
      await guest.control().output(`kill -STOP $(cat ${AGENT})`);
      const late = await guest.call('qemu-agent-command', '--timeout', '1', PING);
      await guest.control().output(`kill -CONT $(cat ${AGENT})`);
      return `${late}\n${await asks(guest)}`;
    },
  },
  {
    name: 'dompmsuspend mem, then dompmwakeup',
    run: async (guest) => {
      const state = (wanted: string): Promise<void> =>
        until(async () => (await guest.call('domstate')) === wanted, limits.reply, `state «${wanted}»`);
      const asleep = await guest.call('dompmsuspend', 'mem');
      await state('pmsuspended');
      const awake = await guest.call('dompmwakeup');
      await state('running');
      await until(guest.isConnected, limits.reply, 'agent after the sleep');
      return [asleep, awake, await asks(guest)].join('\n');
    },
  },
  {
    name: 'reboot --mode agent',
    run: async (guest) => {
      const before = await guest.control().output(BOOT_ID);
      const text = await guest.call('reboot', '--mode', 'agent');
      await guest.settle();
      assert.match(await guest.console(), /^program called: .*(reboot|shutdown .*-r)/m);
      assert.notEqual(await guest.control().output(BOOT_ID), before, 'the machine has not booted again');
      return `${text}\n${await asks(guest)}`;
    },
  },
  {
    name: 'shutdown --mode agent',
    run: async (guest) => {
      const text = await guest.call('shutdown', '--mode', 'agent');
      await until(async () => !(await guest.exists()), limits.shutdown, 'end of the machine');
      assert.match(await guest.console(), /^program called: .*(poweroff|shutdown .*-P)/m);
      return text;
    },
  },
];

/** A few calls that show an agent in step. */
async function asks(guest: Guest): Promise<string> {
  const answers = [await guest.call('qemu-agent-command', PING), await guest.call('domhostname')];
  return [...answers, await guest.call('domfsinfo')].join('\n');
}
