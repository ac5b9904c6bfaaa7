import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { FoundGuest } from './found-guest.js';

const AGENT_PORT = 'org.qemu.guest_agent.0';

/** @returns what the command lines of running QEMU processes say */
export function qemuGuests(root: string): FoundGuest[] {
  const folder = join(root, 'proc');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => guestOfProcess(join(folder, pid), pid))
    .filter((guest) => guest !== undefined);
}

function guestOfProcess(folder: string, pid: string): FoundGuest | undefined {
  try {
    const words = readFileSync(join(folder, 'cmdline'), 'utf8').split('\0');
    if (!/^(qemu-system-|qemu-kvm|kvm$)/.test(basename(words[0] ?? ''))) return undefined;
    return guestOfCommandLine(words, pid, () => readlinkSync(join(folder, 'cwd')));
  } catch {
    // it ended while we looked, or it is somebody else's
    return undefined;
  }
}

/**
 * Reads a QEMU command line.
 * @param pid stands for the name where there is none
 * @param workingFolder of the process: relative paths begin there
 */
export function guestOfCommandLine(words: readonly string[], pid: string, workingFolder: () => string): FoundGuest {
  const name =
    options(words, '-name')
      .map((option) => option.get('guest') ?? option.get(''))
      .at(-1) ?? `qemu-${pid}`;
  const found = { name, from: 'qemu' } as const;
  const port = options(words, '-device').find(
    (device) => device.get('') === 'virtserialport' && device.get('name') === AGENT_PORT,
  );
  if (port === undefined) {
    const note = `no guest agent port: start QEMU with -device virtserialport,chardev=ID,name=${AGENT_PORT}`;
    return { ...found, target: undefined, note };
  }
  const chardev = options(words, '-chardev').find((option) => option.get('id') === port.get('chardev'));
  const kind = chardev?.get('') ?? 'chardev that the command line does not define';
  if (kind !== 'socket')
    return { ...found, target: undefined, note: `its agent port is on a ${kind}, not on a socket` };
  const target = socketTarget(chardev ?? new Map<string, string>(), workingFolder);
  return target === undefined
    ? { ...found, target, note: 'its agent socket was handed over as a descriptor by whoever started QEMU' }
    : { ...found, target };
}

function socketTarget(chardev: ReadonlyMap<string, string>, workingFolder: () => string): string | undefined {
  const path = chardev.get('path');
  if (path !== undefined) return `unix:${isAbsolute(path) ? path : join(workingFolder(), path)}`;
  const port = chardev.get('port');
  const host = chardev.get('host');
  return port === undefined ? undefined : `tcp:${host === undefined || host === '' ? '127.0.0.1' : host}:${port}`;
}

/** All occurrences of an option, each as its comma-separated members; the first one without a name is named ''. */
function options(words: readonly string[], name: string): ReadonlyMap<string, string>[] {
  return words.flatMap((word, at) => {
    if (word !== name && word !== `-${name}`) return [];
    // QEMU writes a comma within a value twice
    const members = (words[at + 1] ?? '').split(/(?<!,),(?!,)/).map((member) => member.replaceAll(',,', ','));
    return [new Map(members.map((member) => split(member)))];
  });
}

function split(member: string): [string, string] {
  const at = member.indexOf('=');
  return at < 0 ? ['', member] : [member.slice(0, at), member.slice(at + 1)];
}
