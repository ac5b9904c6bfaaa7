import fs from 'node:fs';
import type { ByteChannel, Listener } from '@qga/protocol';
import { isErrno } from '../../core/system-error.js';
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDWR } from '../../linux/constants.js';
import { asSystemError } from '../errors.js';
import { FdChannel } from '../fd-channel.js';
import { flushInput, getTerminal, setTerminal } from '../libc.js';
import { TransportError } from './transport-error.js';

/** Pause before a line that hung up is opened again, in milliseconds. */
const REOPEN = 1000;

/** termios(3): offsets of struct termios, and the bits of a raw line. */
const INPUT_FLAGS = 0;
const OUTPUT_FLAGS = 4;
const CONTROL_FLAGS = 8;
const LOCAL_FLAGS = 12;
const VTIME = 17 + 5;
const VMIN = 17 + 6;
/** IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXANY IXOFF IMAXBEL */
const COOKED_INPUT = 0o1 | 0o2 | 0o4 | 0o10 | 0o20 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000 | 0o4000 | 0o10000 | 0o20000;
const B38400 = 0o17;

function makeRaw(fd: number): void {
  const attributes = getTerminal(fd);
  attributes.writeUInt32LE((attributes.readUInt32LE(INPUT_FLAGS) & ~COOKED_INPUT) >>> 0, INPUT_FLAGS);
  attributes.writeUInt32LE(0, OUTPUT_FLAGS);
  attributes.writeUInt32LE((attributes.readUInt32LE(CONTROL_FLAGS) | B38400) >>> 0, CONTROL_FLAGS);
  attributes.writeUInt32LE(0, LOCAL_FLAGS);
  attributes.writeUInt8(0, VTIME);
  attributes.writeUInt8(1, VMIN);
  flushInput(fd);
  setTerminal(fd, attributes);
}

function openLine(path: string): FdChannel {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    makeRaw(fd);
    return new FdChannel(fd, path, false);
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    const cause = asSystemError(error);
    if (!isErrno(cause)) throw error;
    throw new TransportError(`error opening channel '${path}': ${cause.message}`);
  }
}

/**
 * A serial line: one channel, which is opened again when the line hangs up.
 * @throws TransportError when the line cannot be opened at first
 */
export function listenIsa(path: string): Listener {
  let next: FdChannel | undefined = openLine(path);
  let current: FdChannel | undefined;
  let closed = false;
  return {
    address: path,
    async accept(): Promise<ByteChannel | undefined> {
      await current?.ended;
      while (!closed) {
        current = next ?? tryOpen(path);
        next = undefined;
        if (current !== undefined) return current;
        await new Promise((resolve) => setTimeout(resolve, REOPEN));
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

function tryOpen(path: string): FdChannel | undefined {
  try {
    return openLine(path);
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}
