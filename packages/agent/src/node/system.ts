import os from 'node:os';
import type { Descriptors } from '../descriptors.js';
import { askRoutingSocket } from '../linux/routing-socket.js';
import type { System } from '../platform.js';
import { loadAverages, setTimeOfDay } from './libc.js';

export function nodeSystem(descriptors: Descriptors): System {
  return {
    uname: () => ({ nodename: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() }),
    loadAverages,
    environment: (name) => process.env[name],
    setTime: setTimeOfDay,
    netlink: async (request) => askRoutingSocket(descriptors, request),
  };
}
