import assert from 'node:assert/strict';
import { limits, sleep, until } from '../../time.js';
import { query } from './step.js';
import type { Guest, Step } from './step.js';

/** Long enough that a write that is not held back would have happened. */
const A_WHILE_MS = 700;

/** Freezing and thawing, each with proof by a write that has to wait. */
export const freeze: readonly Step[] = [
  query('domfsthaw'),
  {
    name: 'domfsfreeze, then domfsthaw',
    run: async (guest) => {
      const frozen = await guest.call('domfsfreeze');
      const thawed = await heldBack(guest, '/mnt/data', () => guest.call('domfsthaw'));
      return `${frozen}\n${thawed}`;
    },
  },
  {
    name: 'domfsfreeze --mountpoint /mnt/more --mountpoint /no/such, then domfsthaw',
    run: async (guest) => {
      const frozen = await guest.call('domfsfreeze', '--mountpoint', '/mnt/more', '--mountpoint', '/no/such');
      await guest.control().output('echo free >/mnt/data/free && sync -f /mnt/data');
      const thawed = await heldBack(guest, '/mnt/more', () => guest.call('domfsthaw'));
      return `${frozen}\n${thawed}`;
    },
  },
  query('domfsthaw --mountpoint /mnt/more'),
  {
    name: 'domfsfreeze twice, other calls, libvirtd restarted, then domfsthaw',
    run: async (guest) => {
      const lines = [await guest.call('domfsfreeze'), await guest.call('domfsfreeze'), await guest.call('domhostname')];
      lines.push(await guest.call('guestinfo'));
      lines.push(await guest.call('qemu-agent-command', '{"execute":"guest-fsfreeze-status"}'));
      await guest.restartLibvirt();
      await until(guest.isConnected, limits.reply, 'agent after the restart of libvirtd');
      lines.push(await heldBack(guest, '/mnt/data', () => guest.call('domfsthaw')));
      return lines.join('\n');
    },
  },
  {
    name: 'domfsfreeze with a hook that fails',
    run: async (guest) => {
      const hook = '/etc/qga/fsfreeze-hook';
      await guest.control().output(`mv ${hook} /run/hook; printf '#!/bin/sh\\nexit 3\\n' >${hook}; chmod +x ${hook}`);
      const text = await guest.call('domfsfreeze');
      await guest.control().output(`mv /run/hook ${hook}; echo free >/mnt/data/free && sync -f /mnt/data`);
      return text;
    },
  },
  {
    name: 'domfstrim',
    run: async (guest) => {
      const before = await discards(guest);
      const text = await guest.call('domfstrim');
      assert.ok((await discards(guest)) > before, 'no discard reached the disk');
      return text;
    },
  },
  query('domfstrim --minimum 1048576'),
  query('domfstrim --mountpoint /mnt/data'),
];

/**
 * Writes to a frozen filesystem, makes sure that the write waits, and that it is done after the thaw.
 * @returns what the thaw returned
 */
async function heldBack(guest: Guest, folder: string, thaw: () => Promise<string>): Promise<string> {
  const isDone = (): Promise<boolean> => guest.control().succeeds('[ -e /run/written ]');
  await guest.control().output('rm -f /run/written');
  const writer = `(echo x >${folder}/written; sync -f ${folder}; touch /run/written)`;
  await guest.control().output(`${writer} </dev/null >/dev/null 2>&1 &`);
  await sleep(A_WHILE_MS);
  assert.equal(await isDone(), false, `a write to ${folder} went through`);
  const text = await thaw();
  await until(isDone, limits.reply, `end of the write to ${folder} after the thaw`);
  return text;
}

/** How many discard requests the disks have served (Linux: Documentation/block/stat.rst, field 12). */
async function discards(guest: Guest): Promise<number> {
  const [vda, vdb] = (await guest.control().output("awk '{ print $12 }' /sys/block/vd[ab]/stat")).split('\n');
  return Number(vda) + Number(vdb);
}
