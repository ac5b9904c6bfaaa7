import { CommandError, ConnectError, GuestError, TargetError, TimeoutError } from '@qga/client';
import { UsageError } from './usage-error.js';

/** What the exit codes mean; the help prints this. */
export const EXIT_CODES = {
  0: 'done',
  1: 'the agent refused, or the command failed in the guest',
  2: 'the command line is wrong; nothing was sent',
  3: 'no contact to an agent; nothing was sent',
  4: 'no answer in time; whether the command ran is unknown',
  5: 'connection lost, or an answer that makes no sense; it may have run',
  6: 'of several guests some failed, or failed differently; each one says why',
  70: 'a fault of qga itself',
  130: 'interrupted',
} as const;

export type ExitCode = keyof typeof EXIT_CODES;

/** @returns the exit code for what was thrown */
export function exitCode(error: unknown): ExitCode {
  if (error instanceof CommandError) return 1;
  if (error instanceof UsageError || error instanceof TargetError) return 2;
  if (error instanceof ConnectError) return 3;
  if (error instanceof TimeoutError) return 4;
  if (error instanceof Error && error.name === 'AbortError') return 130;
  if (error instanceof Error && ('syscall' in error || error instanceof RangeError)) return 1;
  return error instanceof GuestError ? 5 : 70;
}

/** @returns one exit code for several guests: theirs when they all have the same one, otherwise 6 */
export function combinedExitCode(codes: readonly number[]): number {
  const [first = 0, ...rest] = codes;
  return rest.every((code) => code === first) ? first : 6;
}
