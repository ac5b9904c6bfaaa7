import { createHash } from 'node:crypto';
import { nodeKernels } from '@qga/protocol/node';
import type { Descriptors, Wires } from '../descriptors.js';
import type { Clock, LogOutput, Platform } from '../platform.js';
import { NodeDescriptors } from './descriptors.js';
import { nodeFiles } from './files.js';
import { timeOfDay } from './libc.js';
import { nodeProcesses } from './processes.js';
import { nodeSystem } from './system.js';

export const nodeClock: Clock = {
  now: timeOfDay,
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  after(milliseconds, callback) {
    if (milliseconds === 0) {
      // a timer of 0 ms waits for 1 ms, and may come before what is ready
      const immediate = setImmediate(callback);
      return () => {
        clearImmediate(immediate);
      };
    }
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** What the transports are made of. */
export function nodeWires(): Wires {
  return { descriptors: new NodeDescriptors(), clock: nodeClock };
}

/** The port over Node. */
export function nodePlatform(logs: LogOutput, descriptors: Descriptors = new NodeDescriptors()): Platform {
  const system = nodeSystem(descriptors);
  return { kernels: nodeKernels, files: nodeFiles, processes: nodeProcesses, system, clock: nodeClock, logs, sha256 };
}
