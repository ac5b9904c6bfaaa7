import type { Guest } from '@qga/client';

/** What Linux says about its memory; bytes. */
export interface Memory {
  readonly total: number;
  /** what programs can still have */
  readonly available: number;
  readonly swapTotal: number;
  readonly swapFree: number;
}

/** The agents have no command for this, but they can read a file. */
const PATH = '/proc/meminfo';

/** @returns the numbers of a text like /proc/meminfo */
export function parseMemory(text: string): Memory {
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return {
    total: bytes('MemTotal'),
    available: bytes('MemAvailable'),
    swapTotal: bytes('SwapTotal'),
    swapFree: bytes('SwapFree'),
  };
}

/** Asks a guest. @throws GuestError */
export async function readMemory(guest: Guest): Promise<Memory> {
  return parseMemory(Buffer.from(await guest.readFile(PATH)).toString());
}
