import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Control } from '../machine/control.js';
import { makeDisks } from '../machine/disks.js';
import { tail } from '../machine/machine.js';
import { logFolder } from '../paths.js';
import { programPath } from '../requirements.js';
import { limits, until } from '../time.js';
import { domainXml } from './domain-xml.js';
import { virsh } from './virsh.js';

/** The domain's name: one of ours, whoever else tests at the same time. */
export const domainName = `qga-test-${process.pid}`;

/** What a domain boots. */
export interface DomainOptions {
  /** Names the log file. */
  readonly name: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/** A domain of libvirt that has booted. */
export interface Domain {
  /** The shell inside; another one after each boot. */
  control(): Control;
  /** Folder of the domain's files on the host. */
  readonly folder: string;
  /** What the machine wrote to its console so far. */
  console(): Promise<string>;
  /** Waits until the machine has booted again. @throws Error when it does not */
  settle(): Promise<void>;
  /** Ends it and removes its files, except for the log. */
  end(): Promise<void>;
}

/**
 * Creates a domain and waits until the agent's channel is connected.
 * @throws Error with libvirt's words, or with the end of the console
 */
export async function bootDomain(options: DomainOptions): Promise<Domain> {
  await mkdir(logFolder, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'qga-libvirt-'));
  const consoleLog = join(logFolder, `${options.name}.log`);
  await rm(consoleLog, { force: true });
  const file = join(folder, 'domain.xml');
  const disks = await makeDisks(folder);
  const parts = { name: domainName, emulator: programPath('qemu-system-x86_64'), disks, folder, consoleLog };
  await writeFile(file, domainXml({ ...options, ...parts }));
  const console = (): Promise<string> => readFile(consoleLog, 'utf8').catch(() => '');
  const atExit = (): void => killDomain(folder);
  process.once('exit', atExit);
  let control: Control | undefined;
  const settle = async (): Promise<void> => {
    control?.close();
    control = await Control.connect(join(folder, 'control'));
    await control.output('settle');
    await until(isConnected, limits.firstReply, 'agent on the channel');
  };
  const end = async (): Promise<void> => {
    control?.close();
    await virsh(['destroy', domainName]);
    process.off('exit', atExit);
    removeFiles(folder);
  };
  try {
    const { code, text } = await virsh(['create', file]);
    if (code !== 0) throw new Error(`${text} (vm/install.sh --libvirt sets libvirt up)`);
    await settle();
  } catch (error) {
    const log = tail(await console());
    await end();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
  }
  return { control: () => control as Control, folder, console, settle, end };
}

/** Whether QEMU has told libvirt that somebody inside has the channel open. */
export async function isConnected(): Promise<boolean> {
  return (await virsh(['dumpxml', domainName])).text.includes("name='org.qemu.guest_agent.0' state='connected'");
}

/** Ends QEMU when this process ends without having done so; libvirt started it, so it is nobody's child. */
function killDomain(folder: string): void {
  try {
    process.kill(Number(readFileSync(`/run/libvirt/qemu/${domainName}.pid`, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended already.
  }
  removeFiles(folder);
}

function removeFiles(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`/var/log/libvirt/qemu/${domainName}.log`, { force: true });
}
