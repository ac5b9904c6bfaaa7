import { nodeKernels } from '@qga/protocol/node';
import type { Environment } from '../core/environment.js';

const RANDOM_LIMIT = 2 ** 48;
const NANOSECONDS = 1e6;

/** What Node offers to the client. */
export const nodeEnvironment: Environment = {
  kernels: nodeKernels,
  clock: {
    // Node loads `performance` and its crypto when they are first used, which takes longer than a ping
    now: () => Number(process.hrtime.bigint()) / NANOSECONDS,
    after: (milliseconds, action) => {
      const timer = setTimeout(action, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  },
  // it tells an answer from an old one; it is no secret, since the guest gets to see it
  random: () => Math.floor(Math.random() * RANDOM_LIMIT),
};
