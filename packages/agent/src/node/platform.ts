import { nodeKernels } from '@qga/protocol/node';
import type { Clock, LogOutput, Platform } from '../platform.js';
import { nodeFiles } from './files.js';
import { timeOfDay } from './libc.js';
import { nodeProcesses } from './processes.js';
import { nodeSystem } from './system.js';

const clock: Clock = {
  now: timeOfDay,
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The port over Node. */
export function nodePlatform(logs: LogOutput): Platform {
  return { kernels: nodeKernels, files: nodeFiles, processes: nodeProcesses, system: nodeSystem, clock, logs };
}
