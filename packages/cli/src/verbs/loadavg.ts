import { CommandError, type Guest } from '@qga/client';
import type { GuestLoadAverage } from '@qga/protocol';

/** Asks for the load averages; agents before 10.0, which lack the command, by reading the file. @throws GuestError */
export async function readLoad(guest: Guest): Promise<GuestLoadAverage> {
  try {
    return await guest.call('guest-get-load');
  } catch (error) {
    if (!(error instanceof CommandError) || error.reason !== 'unknown') throw error;
    const text = Buffer.from(await guest.readFile('/proc/loadavg')).toString();
    const [load1m = 0, load5m = 0, load15m = 0] = text.split(' ').map(Number);
    return { load1m, load5m, load15m };
  }
}
