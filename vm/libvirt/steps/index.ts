import { client } from './client.js';
import { clock } from './clock.js';
import { freeze } from './freeze.js';
import { lifecycle } from './lifecycle.js';
import { processors } from './processors.js';
import { queries } from './queries.js';
import type { Step } from './step.js';
import { users } from './users.js';

/** The whole list, in the order in which it is run: each step finds what the ones before it have left. */
export const steps: readonly Step[] = [
  ...queries,
  ...client,
  ...freeze,
  ...clock,
  ...processors,
  ...users,
  ...lifecycle,
];
