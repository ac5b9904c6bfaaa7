import { perGuest } from '../per-guest.js';
import { readLoad } from './loadavg.js';

/** Load averages. */
export const verb = perGuest({
  ask: readLoad,
  show: (load) => ({
    head: ['1 MIN', '5 MIN', '15 MIN'],
    right: ['1 MIN', '5 MIN', '15 MIN'],
    rows: [[load.load1m, load.load5m, load.load15m].map((value) => value.toFixed(2))],
  }),
});
