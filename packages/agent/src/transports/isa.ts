import type { ByteChannel, Listener } from '@qga/protocol';
import { isErrno } from '../core/system-error.js';
import { checked, pause, type Wires } from '../descriptors.js';
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDWR } from '../linux/constants.js';
import { FdChannel } from './fd-channel.js';
import { TransportError } from './transport-error.js';

/** Pause before a line that hung up is opened again, in milliseconds. */
const REOPEN = 1000;

/** ioctl_tty(2) */
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TCFLSH = 0x540b;

/** The kernel's struct termios: four words of flags, the line discipline, 19 control characters; and the bits of a raw line. */
const TERMIOS_SIZE = 36;
const INPUT_FLAGS = 0;
const OUTPUT_FLAGS = 4;
const CONTROL_FLAGS = 8;
const LOCAL_FLAGS = 12;
const VTIME = 17 + 5;
const VMIN = 17 + 6;
/** IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXANY IXOFF IMAXBEL */
const COOKED_INPUT = 0o1 | 0o2 | 0o4 | 0o10 | 0o20 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000 | 0o4000 | 0o10000 | 0o20000;
const B38400 = 0o17;

function makeRaw({ descriptors }: Wires, fd: number): void {
  const bytes = new Uint8Array(TERMIOS_SIZE);
  checked(descriptors.ioctl(fd, TCGETS, bytes));
  const attributes = new DataView(bytes.buffer);
  attributes.setUint32(INPUT_FLAGS, attributes.getUint32(INPUT_FLAGS, true) & ~COOKED_INPUT, true);
  attributes.setUint32(OUTPUT_FLAGS, 0, true);
  attributes.setUint32(CONTROL_FLAGS, attributes.getUint32(CONTROL_FLAGS, true) | B38400, true);
  attributes.setUint32(LOCAL_FLAGS, 0, true);
  attributes.setUint8(VTIME, 0);
  attributes.setUint8(VMIN, 1);
  checked(descriptors.ioctl(fd, TCFLSH));
  checked(descriptors.ioctl(fd, TCSETS, bytes));
}

function openLine(wires: Wires, path: string): FdChannel {
  const { descriptors } = wires;
  let fd: number | undefined;
  try {
    fd = checked(descriptors.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0));
    makeRaw(wires, fd);
    return new FdChannel(wires, fd, path, 'line', { transport: 'isa-serial' });
  } catch (error) {
    if (fd !== undefined) descriptors.close(fd);
    if (!isErrno(error)) throw error;
    throw new TransportError(`error opening channel '${path}': ${error.message}`);
  }
}

/**
 * A serial line: one channel, which is opened again when the line hangs up.
 * @throws TransportError when the line cannot be opened at first
 */
export function listenIsa(wires: Wires, path: string): Listener {
  let next: FdChannel | undefined = openLine(wires, path);
  let current: FdChannel | undefined;
  let closed = false;
  return {
    address: path,
    async accept(): Promise<ByteChannel | undefined> {
      await current?.ended;
      while (!closed) {
        current = next ?? tryOpen(wires, path);
        next = undefined;
        if (current !== undefined) return current;
        await pause(wires.clock, REOPEN);
      }
      return undefined;
    },
    close() {
      closed = true;
      (current ?? next)?.close();
      return Promise.resolve();
    },
  };
}

function tryOpen(wires: Wires, path: string): FdChannel | undefined {
  try {
    return openLine(wires, path);
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}
