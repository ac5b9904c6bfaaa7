import { powerVerb } from './power.js';

/** Powers the guest down. */
export const verb = powerVerb('powerdown', 'is asked to power down');
