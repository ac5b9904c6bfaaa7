import fs from 'node:fs';
import os from 'node:os';
import { concatBytes } from '@qga/protocol';
import { isErrno } from '../core/system-error.js';
import { EAGAIN } from '../linux/constants.js';
import type { System } from '../platform.js';
import { AF_NETLINK, loadAverages, receiveNow, sendNow, setTimeOfDay, SOCK_CLOEXEC, SOCK_RAW, socket } from './libc.js';

/** netlink(7): message types that end an answer, and where length and type stand in a message's header. */
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_SIZE = 16;
const TYPE_AT = 4;
const ALIGNMENT = 4;
/** The kernel fills datagrams of an answer up to this size. */
const DATAGRAM = 65_536;

/** Whether a datagram holds the message that ends the answer. */
function isLast(datagram: Buffer): boolean {
  for (let at = 0; at + HEADER_SIZE <= datagram.length;) {
    const type = datagram.readUInt16LE(at + TYPE_AT);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) return true;
    at += Math.max(HEADER_SIZE, Math.ceil(datagram.readUInt32LE(at) / ALIGNMENT) * ALIGNMENT);
  }
  return false;
}

/** The kernel writes the next part of a dump when the last one is read, so nothing here ever waits. */
function netlink(request: Uint8Array): Uint8Array {
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC);
  try {
    sendNow(fd, request);
    const parts: Buffer[] = [];
    for (;;) {
      const buffer = Buffer.alloc(DATAGRAM);
      const datagram = buffer.subarray(0, receiveNow(fd, buffer));
      parts.push(datagram);
      if (datagram.length === 0 || isLast(datagram)) return concatBytes(parts);
    }
  } catch (error) {
    if (isErrno(error, EAGAIN)) return new Uint8Array(0);
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

export const nodeSystem: System = {
  uname: () => ({ nodename: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() }),
  loadAverages,
  environment: (name) => process.env[name],
  setTime: setTimeOfDay,
  netlink: (request) => Promise.resolve(netlink(request)),
};
