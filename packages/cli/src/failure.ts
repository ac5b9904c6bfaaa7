import {
  CommandError,
  ConnectError,
  DisconnectedError,
  FrozenError,
  GuestError,
  TargetError,
  TimeoutError,
  type ConnectReason,
} from '@qga/client';
import { harmless } from './text.js';
import { UsageError } from './usage-error.js';

/** What to do, by why there is no contact. */
const CONNECT_HINTS: Partial<Readonly<Record<ConnectReason, string>>> = {
  absent: 'qga ls shows what is running',
  forbidden: 'try as root, or as the user that runs the virtual machine',
  silent: 'qga doctor says more',
  busy: 'qga doctor says who holds it',
};

/** What to do, by why the agent refused. */
const REFUSAL_HINTS: Readonly<Record<string, string>> = {
  blocked: "the guest's administrator has switched the command off: see the agent's --block-rpcs and --allow-rpcs",
  frozen: 'thaw first: qga thaw',
  unknown: 'this agent is too old, or not for this: qga info --commands',
};

function hint(error: unknown): string {
  if (error instanceof ConnectError) return CONNECT_HINTS[error.reason] ?? '';
  if (error instanceof CommandError) return REFUSAL_HINTS[error.reason] ?? '';
  if (error instanceof TimeoutError) return '--timeout gives it longer';
  if (error instanceof FrozenError) return 'qga thaw tries again; as a last resort reset the guest';
  return '';
}

/** @returns one line that says what went wrong and what to do; of a fault of ours, where it happened */
export function describe(error: unknown): string {
  if (error instanceof GuestError || error instanceof UsageError || isExpected(error)) {
    const advice = hint(error);
    const words = 'errorClass' in error ? `${error.message} (${String(error.errorClass)})` : error.message;
    return harmless(advice === '' ? words : `${words}; ${advice}`);
  }
  return `a fault of qga itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Errors of this machine's files and programs, and limits: somebody else's message, nobody's fault here. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof RangeError ||
    error instanceof TargetError ||
    (error instanceof Error && ('syscall' in error || error.name === 'AbortError'))
  );
}

/** What `--json` says about a failure. */
export interface FailureRecord {
  /** the name of the library's error class */
  readonly kind: string;
  /** which of the kind's cases, where the kind has some */
  readonly reason?: string;
  readonly message: string;
  /** whether the command may have run in the guest */
  readonly mayHaveRun: boolean;
}

/** @returns the failure as data */
export function failureRecord(error: unknown): FailureRecord {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const reason = error instanceof Error && 'reason' in error ? { reason: String(error.reason) } : {};
  const answered =
    error instanceof ConnectError ||
    error instanceof UsageError ||
    error instanceof TargetError ||
    error instanceof CommandError;
  const mayHaveRun = error instanceof DisconnectedError || (error instanceof GuestError && !answered);
  return { kind: name, ...reason, message, mayHaveRun };
}
