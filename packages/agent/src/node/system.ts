import os from 'node:os';
import type { Descriptors } from '../descriptors.js';
import { askRoutingSocket } from '../transports/routing-socket.js';
import type { System } from '../platform.js';
import { loadAverages, setTimeOfDay } from './libc.js';

export function nodeSystem(descriptors: Descriptors): System {
  return {
    uname: () => ({ nodename: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() }),
    loadAverages,
    environment: (name) => process.env[name],
    // Node's memory is too much to be locked in a guest that is short of it
    lockMemory: () => undefined,
    setTime: setTimeOfDay,
    netlink: async (request) => askRoutingSocket(descriptors, request),
  };
}
