import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { EBUSY, ENOTTY, O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDWR, S_IFMT } from '../linux/constants.js';
import type { Finding, Patient } from './finding.js';

/** File type of a character device: inode(7). */
const S_IFCHR = 0o020000;
/** Reads a terminal's settings: ioctl_tty(2). */
const TCGETS = 0x5401;
/** Bytes of the kernel's struct termios. */
const TERMIOS_SIZE = 60;

/** Whether the host can reach the agent through what is configured. */
export async function checkChannel(patient: Patient): Promise<Finding[]> {
  const { method, path } = patient.settings;
  if (path === undefined) return [broken(`${method} needs a path`, 'give one: -p PATH, or path= in the configuration')];
  switch (method) {
    case 'virtio-serial':
      return [await checkPort(patient, path)];
    case 'isa-serial':
      return [await checkLine(patient, path)];
    case 'vsock-listen':
      return [await checkVsock(patient)];
    case 'unix-listen':
      return [await checkFolder(patient, path)];
    default:
      return [broken(`there is no method '${method}'`, 'one of virtio-serial, isa-serial, unix-listen, vsock-listen')];
  }
}

async function checkPort(patient: Patient, path: string): Promise<Finding> {
  const error = await openDevice(patient, path);
  if (error === undefined) return ok(`${path} can be opened`);
  if (error.errno === EBUSY) return ok(`${path} is held by a process: an agent is running`);
  const names = await portNames(patient);
  const there = names.length === 0 ? 'this guest has no virtio port' : `its virtio ports are: ${names.join(', ')}`;
  return broken(
    `${path}: ${error.message}; ${there}`,
    'on the host: -device virtio-serial-pci -device virtserialport,chardev=…,name=org.qemu.guest_agent.0',
  );
}

/** Names that the host gave to its ports. */
async function portNames({ platform, paths }: Patient): Promise<string[]> {
  const names: string[] = [];
  for (const port of (await ifThere(platform.files.readdir(paths.virtioPorts))) ?? []) {
    const name = await ifThere(readTextFile(platform, `${paths.virtioPorts}/${port}/name`));
    if (name !== undefined) names.push(name.trim());
  }
  return names;
}

async function checkLine(patient: Patient, path: string): Promise<Finding> {
  const error = await openDevice(patient, path, (file) =>
    patient.platform.files.ioctl(file, TCGETS, new Uint8Array(TERMIOS_SIZE)),
  );
  if (error === undefined) return ok(`${path} is a serial line and can be opened`);
  if (error.errno === ENOTTY) return broken(`${path} is no serial line`, 'name one with -p, such as /dev/ttyS1');
  return broken(`${path}: ${error.message}`, 'on the host: -chardev … -device isa-serial,chardev=…');
}

async function checkVsock({ platform, paths }: Patient): Promise<Finding> {
  const status = await ifThere(platform.files.stat(paths.vsock));
  if (status !== undefined) return ok(`${paths.vsock} is there`);
  return broken(
    `${paths.vsock} is missing`,
    'load the module vmw_vsock_virtio_transport; on the host: -device vhost-vsock-pci,guest-cid=N',
  );
}

async function checkFolder({ platform }: Patient, path: string): Promise<Finding> {
  const folder = path.slice(0, path.lastIndexOf('/')) || (path.startsWith('/') ? '/' : '.');
  const status = await ifThere(platform.files.stat(folder));
  return status === undefined
    ? broken(`the directory ${folder} of the socket is missing`, `create it: mkdir -m 0700 ${folder}`)
    : ok(`the socket's directory ${folder} is there`);
}

/** Opens a character device for a moment. @returns why it cannot be had; undefined when all is well */
async function openDevice(
  { platform: { files } }: Patient,
  path: string,
  look: (file: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ errno: number; message: string } | undefined> {
  try {
    if (((await files.stat(path)).mode & S_IFMT) !== S_IFCHR) return { errno: ENOTTY, message: 'not a device' };
    const file = await files.open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    try {
      await look(file);
    } finally {
      await files.close(file);
    }
    return undefined;
  } catch (error) {
    if (isErrno(error)) return error;
    throw error;
  }
}

function ok(text: string): Finding {
  return { area: 'channel', verdict: 'ok', text };
}

function broken(text: string, hint: string): Finding {
  return { area: 'channel', verdict: 'broken', text, hint };
}
