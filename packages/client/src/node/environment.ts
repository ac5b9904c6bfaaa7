import { randomInt } from 'node:crypto';
import { nodeKernels } from '@qga/protocol/node';
import type { Environment } from '../core/environment.js';

const RANDOM_LIMIT = 2 ** 48 - 1;

/** What Node offers to the client. */
export const nodeEnvironment: Environment = {
  kernels: nodeKernels,
  clock: {
    now: () => performance.now(),
    after: (milliseconds, action) => {
      const timer = setTimeout(action, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  },
  random: () => randomInt(RANDOM_LIMIT),
};
