import { freezeKilled } from './freeze-killed.js';
import { freezeHung } from './freeze-hung.js';
import { freezeHookFaults } from './freeze-hook-faults.js';
import { freezeLease } from './freeze-lease.js';
import { freezeHidden } from './freeze-hidden.js';
import { freezeOom } from './freeze-oom.js';
import { freezeRoot } from './freeze-root.js';
import type { Scenario } from './scenario.js';

/** What can go wrong around a freeze, each fault with what the guest and the host see. */
export const freezeFaults: readonly Scenario[] = [
  ...freezeLease,
  ...freezeKilled,
  ...freezeHookFaults,
  ...freezeHidden,
  freezeHung,
  freezeOom,
  freezeRoot,
];
