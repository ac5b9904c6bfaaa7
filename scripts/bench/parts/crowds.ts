import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Client } from '../client.js';

/** Many of something that commands list. */
export interface Crowd {
  readonly title: string;
  readonly text: string;
  readonly most: number;
  readonly commands: readonly string[];
  /** makes them; they are the agent's alone where the kernel can keep them apart */
  make(client: Client, count: number): MadeCrowd;
}

export interface MadeCrowd {
  /** command that the agent is started by */
  readonly prefix: readonly string[];
  remove(): void;
}

const BLOCK_DEVICES = '/sys/block';
const DISK_BYTES = 1024 * 1024;

const mounts: Crowd = {
  title: 'mounts',
  text: 'Bind mounts of one folder, in a mount namespace of the agent. QEMU 7.2 and 11.1 list them too.',
  most: 2000,
  commands: ['guest-get-fsinfo'],
  make: (_, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'qga-mounts-'));
    const script = `cd ${folder} && i=0; while [ $i -lt ${count} ]; do mkdir -p m$i; mount --bind ${folder} m$i; i=$((i + 1)); done; exec "$@"`;
    return { prefix: ['unshare', '-m', 'sh', '-c', script, 'sh'], remove: () => rmSync(folder, { recursive: true }) };
  },
};

const interfaces: Crowd = {
  title: 'network interfaces',
  text: 'Bridges with an address of each family, in a network namespace of the agent.',
  most: 500,
  commands: ['guest-network-get-interfaces', 'guest-network-get-route'],
  make: (_, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'qga-links-'));
    const batch = join(folder, 'batch');
    const lines = Array.from({ length: count }, (_, at) => [
      `link add n${at} type bridge`,
      `address add 10.${at >> 8}.${at & 255}.1/24 dev n${at}`,
      `address add fd00:0:0:${at.toString(16)}::1/64 dev n${at} nodad`,
      `link set n${at} up`,
    ]);
    writeFileSync(batch, `${lines.flat().join('\n')}\n`);
    const script = `ip -batch ${batch} && exec "$@"`;
    return { prefix: ['unshare', '-n', 'sh', '-c', script, 'sh'], remove: () => rmSync(folder, { recursive: true }) };
  },
};

const disks: Crowd = {
  title: 'disks',
  text: 'Loop devices over one sparse file; the whole machine sees them while this runs.',
  most: 500,
  commands: ['guest-get-disks', 'guest-get-diskstats', 'guest-get-fsinfo'],
  make: (client, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'qga-disks-'));
    const file = join(folder, 'disk');
    writeFileSync(file, '');
    truncateSync(file, DISK_BYTES);
    const before = new Set(readdirSync(BLOCK_DEVICES));
    const attached: string[] = [];
    const remove = (): void => {
      for (const name of attached) execFileSync('losetup', ['-d', `/dev/${name}`]);
      const made = attached.filter((name) => !before.has(name)).map((name) => name.slice('loop'.length));
      if (made.length > 0) client.run('-', 'unloop', ...made);
      rmSync(folder, { recursive: true });
    };
    try {
      while (attached.length < count) {
        attached.push(basename(execFileSync('losetup', ['-f', '--show', file], { encoding: 'utf8' }).trim()));
      }
    } catch (error) {
      remove();
      throw error;
    }
    return { prefix: [], remove };
  },
};

/** What this user may make on this machine. */
export function crowds(): readonly Crowd[] {
  if (process.getuid?.() === 0) return [mounts, interfaces, disks];
  console.error('skipped: many mounts, interfaces and disks need root');
  return [];
}

/** Makes so many. @throws Error when a program for it fails */
export function crowd(client: Client, kind: Crowd, count: number): MadeCrowd {
  console.error(`queries: ${count} ${kind.title}`);
  return kind.make(client, count);
}
