import { powerVerb } from './power.js';

/** Restarts the guest. */
export const verb = powerVerb('reboot', 'is asked to restart');
