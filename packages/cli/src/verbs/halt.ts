import { powerVerb } from './power.js';

/** Halts the guest. */
export const verb = powerVerb('halt', 'is asked to halt');
