import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logFolder } from '../paths.js';
import { start } from '../processes.js';
import type { Running } from '../processes.js';
import { programPath } from '../requirements.js';
import { eventually, limits } from '../time.js';
import { Control } from './control.js';
import { busArguments } from './buses.js';
import { makeDisks } from './disks.js';
import { Qmp } from './qmp.js';

/** What a machine is made of. */
export interface MachineOptions {
  /** Names the log file. */
  readonly name: string;
  /** Name of the agent variant. */
  readonly agent: string;
  readonly kernel: string;
  readonly initramfs: string;
  /** Which agents init starts: `virtio`, `isa`, `vsock`. */
  readonly agents: readonly string[];
  readonly disks: boolean;
  /** Further disks, on several kinds of bus. */
  readonly buses: boolean;
}

/** A virtual machine that has booted. */
export interface Machine {
  /** Name of the agent variant. */
  readonly agent: string;
  /** Unix sockets of the agents' lines. */
  readonly virtioLine: string;
  readonly isaLine: string;
  readonly control: Control;
  readonly qmp: Qmp;
  /** Settles when QEMU has ended, with a phrase that says how. */
  readonly ended: Promise<string>;
  /** What the machine wrote to its console so far. */
  console(): Promise<string>;
  /** Ends QEMU and removes the machine's files, except for the log. */
  end(): Promise<void>;
}

/**
 * Boots a machine and waits until its shell answers.
 * @throws Error with the end of the console when it does not
 */
export async function boot(options: MachineOptions): Promise<Machine> {
  await mkdir(logFolder, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'qga-vm-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const disks = options.disks ? await makeDisks(folder) : [];
  const hardware = [
    ...disks.flatMap((file) => ['-drive', `file=${file},if=virtio,format=raw`]),
    ...(options.buses ? await busArguments(folder) : []),
  ];
  const consoleLog = join(logFolder, `${options.name}.log`);
  await rm(consoleLog, { force: true });
  const qemu = start(programPath('qemu-system-x86_64'), qemuArguments(options, folder, hardware, consoleLog));
  const console = (): Promise<string> => readFile(consoleLog, 'utf8').catch(() => '');
  const end = async (): Promise<void> => {
    await qemu.end();
    process.off('exit', removeFolder);
    removeFolder();
  };
  try {
    const { qmp, control } = await connect(qemu, folder);
    const sockets = { virtioLine: join(folder, 'virtio'), isaLine: join(folder, 'isa') };
    return { agent: options.agent, ...sockets, control, qmp, ended: qemu.ended, console, end };
  } catch (error) {
    await end();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n${qemu.errors()}${tail(await console())}`, { cause: error });
  }
}

/** The last lines of a text, indented. */
export function tail(text: string, lines = 30): string {
  const last = text.trimEnd().split('\n').slice(-lines);
  return last.map((line) => `    ${line.trimEnd()}`).join('\n');
}

/** Both connections fail when QEMU ends, so nothing here waits for a machine that is gone. */
async function connect(qemu: Running, folder: string): Promise<{ qmp: Qmp; control: Control }> {
  let ended = '';
  void qemu.ended.then((how) => (ended = how));
  const tryMonitor = (): Promise<Qmp | undefined> => {
    if (ended !== '') throw new Error(`QEMU ended with ${ended}`);
    return Qmp.connect(join(folder, 'qmp')).catch(() => undefined);
  };
  // QEMU makes the monitor's socket last: once it answers, the others do.
  const qmp = await eventually(tryMonitor, limits.reply, 'answer of the monitor');
  return { qmp, control: await Control.connect(join(folder, 'control')) };
}

function qemuArguments(options: MachineOptions, folder: string, hardware: string[], consoleLog: string): string[] {
  const socket = (name: string): string[] => [
    '-chardev',
    `socket,id=${name},path=${join(folder, name)},server=on,wait=off`,
  ];
  const port = (chardev: string, name: string): string[] => [
    ...socket(chardev),
    ...['-device', `virtserialport,chardev=${chardev},name=${name},id=${chardev}-port`],
  ];
  // KVM is not used even where it exists: inside another virtual machine it may hang.
  return [
    ...['-nodefaults', '-M', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024'],
    ...['-display', 'none', '-net', 'none', '-no-reboot'],
    ...['-kernel', options.kernel, '-initrd', options.initramfs],
    ...['-append', `console=ttyS0 quiet panic=-1 rdinit=/init agents=${options.agents.join(',')}`],
    ...['-chardev', `file,id=console,path=${consoleLog}`, '-serial', 'chardev:console'],
    ...[...socket('isa'), '-serial', 'chardev:isa'],
    ...[
      '-device',
      'virtio-serial-pci',
      ...port('virtio', 'org.qemu.guest_agent.0'),
      ...port('control', 'test.control'),
    ],
    ...[...socket('qmp'), '-mon', 'chardev=qmp,mode=control'],
    ...hardware,
  ];
}
