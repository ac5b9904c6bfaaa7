import { request, single } from '../harness/steps.js';
import type { Case } from '../harness/types.js';

const COUNTERS = ['rx', 'tx'].flatMap((way) => ['bytes', 'packets', 'errs', 'dropped'].map((what) => `${way}-${what}`));
const TIMES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guestnice'];

/** What this machine is made of: the same for every agent that looks, but for what is counted. */
export const machineCases: readonly Case[] = [
  {
    ...single('network/interfaces', request('guest-network-get-interfaces')),
    movingNumbers: COUNTERS,
  },
  { ...single('network/routes', request('guest-network-get-route')), movingNumbers: ['refcnt', 'use'] },
  single('cpu/processors', request('guest-get-vcpus')),
  { ...single('cpu/times', request('guest-get-cpustats')), movingNumbers: TIMES },
  single('memory/blocks', request('guest-get-memory-blocks')),
  single('memory/size of a block', request('guest-get-memory-block-info')),
];
