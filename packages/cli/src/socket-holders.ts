import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that has a unix socket open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** whether it listens on it, that is offers it; others have connected to it or were accepted on it */
  readonly listens: boolean;
}

/** A row of /proc/net/unix: flags in hexadecimal, of which this bit says that it listens. */
const LISTENS = 0x10000;

/** @returns who offers a unix socket, as far as this user may look */
export function socketHolders(path: string): Holder[] {
  try {
    const rows = readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/));
    const inodes = new Map(
      rows.filter((row) => row[7] === path).map((row) => [row[6] ?? '', (parseInt(row[3] ?? '0', 16) & LISTENS) !== 0]),
    );
    return inodes.size === 0 ? [] : processes().flatMap((pid) => holdings(pid, inodes));
  } catch {
    return [];
  }
}

function processes(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
}

function holdings(pid: string, inodes: ReadonlyMap<string, boolean>): Holder[] {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return links
      .map((link) => inodes.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ''))
      .filter((listens) => listens !== undefined)
      .map((listens) => ({ pid: Number(pid), name, listens }));
  } catch {
    // it ended, or it is somebody else's
    return [];
  }
}
