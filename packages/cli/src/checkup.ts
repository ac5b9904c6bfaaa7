import { statSync } from 'node:fs';
import { CommandError, connect, ConnectError, type GuestOptions, type NodeGuest } from '@qga/client';
import { formatDuration } from './output/units.js';
import type { Selected } from './select.js';
import { socketHolders } from './socket-holders.js';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** `note` is worth knowing but no fault */
  readonly verdict: 'good' | 'note' | 'bad';
  readonly text: string;
  /** what to do about it */
  readonly advice?: string;
}

/** Commands that hosts want most, and what is lost without them. */
const WANTED: Readonly<Record<string, string>> = {
  'guest-exec': 'running programs, checksums and atomic copies',
  'guest-file-open': 'copying files',
  'guest-fsfreeze-freeze': 'consistent snapshots',
  'guest-shutdown': 'clean shutdown',
  'guest-network-get-interfaces': 'addresses',
};

/** Clocks further apart than that are worth a word, in milliseconds. */
const CLOCK_TOLERANCE = 2000;

/** Looks at everything between here and the agent, in the order in which it can fail. */
export async function checkUp(selected: Selected, options: GuestOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const path = /^(?:unix:)?([^:]*)$/.exec(selected.target)?.[1];
  if (path !== undefined) findings.push(...checkSocket(path));
  let guest: NodeGuest;
  const start = performance.now();
  try {
    guest = await connect(selected.target, options);
  } catch (error) {
    return [...findings, contactFailure(error, path)];
  }
  try {
    const took = formatDuration(performance.now() - start);
    findings.push({ what: 'agent', verdict: 'good', text: `connected and in step within ${took}` });
    findings.push(...(await checkAgent(guest)));
  } catch (error) {
    findings.push({ what: 'agent', verdict: 'bad', text: message(error) });
  } finally {
    guest.close();
  }
  return findings;
}

function checkSocket(path: string): Finding[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    const advice =
      'is the virtual machine running, and does its command line (or its <channel>) name this path? qga ls shows it';
    return [{ what: 'socket', verdict: 'bad', text: `${path} does not exist`, advice }];
  }
  if (!stat.isSocket()) return [{ what: 'socket', verdict: 'bad', text: `${path} is not a socket` }];
  const owner = socketHolders(path).find(({ listens }) => listens);
  const by = owner === undefined ? '' : `, offered by ${owner.name} (process ${String(owner.pid)})`;
  return [{ what: 'socket', verdict: 'good', text: `${path} is a socket${by}` }, ...otherClients(path)];
}

/** QEMU serves one client at a time, and the next one is left waiting without a word. */
function otherClients(path: string): Finding[] {
  const accepted = socketHolders(path).filter(({ listens }) => !listens);
  if (accepted.length === 0) return [];
  const who = accepted.map(({ name, pid }) => `${name} (${String(pid)})`).join(', ');
  return [{ what: 'clients', verdict: 'note', text: `a client is connected already, to ${who}` }];
}

function contactFailure(error: unknown, path: string | undefined): Finding {
  const reason = error instanceof ConnectError ? error.reason : 'failed';
  const held = path !== undefined && otherClients(path).length > 0;
  return { what: 'agent', verdict: 'bad', text: message(error), advice: adviceFor(reason, held) };
}

function adviceFor(reason: string, held: boolean): string {
  switch (reason) {
    case 'absent':
      return 'start the virtual machine, or correct the path';
    case 'forbidden':
      return 'run this as root, or as the user that runs the virtual machine';
    case 'refused':
      return 'what made the socket has ended: start the virtual machine (or the agent) again';
    case 'busy':
      return "QEMU serves one client: end the other one, or go through it (libvirt's guests: libvirt:DOMAIN)";
    case 'silent':
      return held
        ? "end the other client, or go through it (libvirt's guests: libvirt:DOMAIN)"
        : 'in the guest: is the agent installed (qemu-guest-agent) and running (systemctl status qemu-guest-agent)? ' +
            'is /dev/virtio-ports/org.qemu.guest_agent.0 there? does SELinux or a freeze hold it?';
    default:
      return 'look at the guest’s console';
  }
}

async function checkAgent(guest: NodeGuest): Promise<Finding[]> {
  const { version, supported_commands: commands } = await guest.call('guest-info');
  const findings: Finding[] = [
    { what: 'version', verdict: 'good', text: `${version}, ${String(commands.length)} commands` },
  ];
  const status = await guest.call('guest-fsfreeze-status').catch(() => 'unknown');
  if (status === 'frozen') {
    const text = 'filesystems are frozen: whatever writes in the guest hangs, and most commands are refused';
    return [...findings, { what: 'freeze', verdict: 'bad', text, advice: 'if no backup runs, thaw: qga thaw' }];
  }
  findings.push({ what: 'freeze', verdict: 'good', text: 'nothing is frozen' });
  const allowed = new Set(commands.filter(({ enabled }) => enabled).map(({ name }) => name));
  for (const [name, loss] of Object.entries(WANTED)) {
    if (allowed.has(name)) continue;
    const known = commands.some((command) => command.name === name);
    const text = `${name} is ${known ? 'switched off' : 'not there'}: no ${loss}`;
    const advice = known
      ? "the agent's --block-rpcs or --allow-rpcs in the guest; after a change restart it"
      : undefined;
    findings.push({ what: 'commands', verdict: 'note', text, ...(advice === undefined ? {} : { advice }) });
  }
  return [...findings, ...(await checkClock(guest))];
}

async function checkClock(guest: NodeGuest): Promise<Finding[]> {
  try {
    const ahead = Number((await guest.call('guest-get-time')) / 1_000_000n) - Date.now();
    const good = Math.abs(ahead) < CLOCK_TOLERANCE;
    const text = `the clock is ${formatDuration(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} this machine's`;
    return [{ what: 'clock', verdict: good ? 'good' : 'note', text, ...(good ? {} : { advice: 'qga time --set' }) }];
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
