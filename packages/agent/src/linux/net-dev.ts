import { wordsOf } from './words.js';

/** Counters of each direction in a line of the file. */
const RECEIVED = 8;
const COUNTERS = 16;

/** What an interface has carried. */
export interface Counters {
  'rx-bytes': number;
  'rx-packets': number;
  'rx-errs': number;
  'rx-dropped': number;
  'tx-bytes': number;
  'tx-packets': number;
  'tx-errs': number;
  'tx-dropped': number;
}

/**
 * Reads `/proc/net/dev` (proc_pid_net(5)).
 * @returns counters by interface; lines that do not fit the format are left out
 */
export function parseNetDev(text: string): Map<string, Counters> {
  const statistics = new Map<string, Counters>();
  for (const line of text.split('\n')) {
    const [, name, rest] = /^\s*([^:]+):(.*)$/.exec(line) ?? [];
    const counters = wordsOf(rest ?? '').map(Number);
    if (name === undefined || counters.length < COUNTERS || counters.some(Number.isNaN)) continue;
    const [rxBytes = 0, rxPackets = 0, rxErrs = 0, rxDropped = 0] = counters;
    const [txBytes = 0, txPackets = 0, txErrs = 0, txDropped = 0] = counters.slice(RECEIVED);
    statistics.set(name, {
      'rx-bytes': rxBytes,
      'rx-packets': rxPackets,
      'rx-errs': rxErrs,
      'rx-dropped': rxDropped,
      'tx-bytes': txBytes,
      'tx-packets': txPackets,
      'tx-errs': txErrs,
      'tx-dropped': txDropped,
    });
  }
  return statistics;
}
