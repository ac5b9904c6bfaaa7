/*
 * What can go wrong, cut by what the caller may conclude:
 *
 *   GuestError
 *   ├─ ConnectError       no contact; the command was not sent
 *   ├─ CommandError       the agent answered «no»
 *   ├─ TimeoutError       sent, no answer in time: it may have run, may be running, may never run
 *   ├─ DisconnectedError  sent, then the connection ended: it may have run
 *   ├─ ProtocolError      sent, and the answer is nonsense: it may have run
 *   ├─ FrozenError        the guest's filesystems may still be frozen: somebody must act
 *   ├─ FreezeExpiredError the work took too long while the guest was frozen; all is thawed
 *   ├─ ExecError          a program in the guest was started, and what became of it is not what was asked for
 *   └─ TransferError      a copy did not come about; the file that was to be replaced is as it was
 *
 * A TypeError for arguments that do not fit the schema is the caller's own fault; nothing is sent then.
 */

/** Any failure to get something from a guest. */
export class GuestError extends Error {
  override readonly name: string = 'GuestError';
}

/**
 * Why there is no contact:
 * - absent: there is no such socket; forbidden: this user may not open it
 * - refused: nobody listens; busy: another client holds the channel, or too many wait already
 * - silent: connected, but nothing answers the greeting: no agent runs in the guest, or it is busy
 * - lost: the connection ended before the command was sent
 * - closed: the guest object was closed by its user
 * - failed: anything else; the message and the cause tell
 */
export type ConnectReason = 'absent' | 'forbidden' | 'refused' | 'busy' | 'silent' | 'lost' | 'closed' | 'failed';

/** There is no contact to the agent. The command was not sent, so trying again is always safe. */
export class ConnectError extends GuestError {
  override readonly name = 'ConnectError';
  readonly reason: ConnectReason;

  constructor(reason: ConnectReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Why a command was refused:
 * - unknown: this agent does not have it; blocked: its administrator does not allow it
 * - frozen: not while filesystems are frozen; thaw first
 * - failed: it was tried
 */
export type RefusalReason = 'unknown' | 'blocked' | 'frozen' | 'failed';

/** What the words of QEMU's agents say; since 9.1 they do not tell a blocked command from a frozen agent. */
function refusalReason(errorClass: string, desc: string): RefusalReason {
  if (errorClass === 'CommandDisabled') return 'blocked';
  if (errorClass !== 'CommandNotFound') return 'failed';
  if (desc.includes('frozen')) return 'frozen';
  return desc.includes('disabled') ? 'blocked' : 'unknown';
}

/**
 * The agent answered with an error. The command was refused, or it failed part of the way; its documentation says what may
 * have been done by then. The connection is fine.
 */
export class CommandError extends GuestError {
  override readonly name = 'CommandError';
  /** the command that was refused */
  readonly command: string;
  /** `CommandNotFound` when the agent does not have the command, or does not allow it (now); else `GenericError` */
  readonly errorClass: string;
  /** the agent's words. They come from the guest: do not print them raw on a terminal */
  readonly desc: string;
  /** what the class and the words mean */
  readonly reason: RefusalReason;

  constructor(command: string, errorClass: string, desc: string, reason = refusalReason(errorClass, desc)) {
    super(`${command}: ${desc}`);
    this.command = command;
    this.errorClass = errorClass;
    this.desc = desc;
    this.reason = reason;
  }
}

/**
 * No answer in time. Whether the command ran, runs or will run is unknown. The connection is kept and gets in step again
 * before the next command, so a late answer is never taken for another's.
 */
export class TimeoutError extends GuestError {
  override readonly name = 'TimeoutError';
}

/** The connection ended after the command was sent. Whether it ran is unknown. The next command connects anew. */
export class DisconnectedError extends GuestError {
  override readonly name = 'DisconnectedError';
}

/**
 * What came back is not the protocol: not JSON, too large, or not of the type that the schema promises. The command may have
 * run; nothing of the answer is passed on. The connection gets in step again before the next command.
 */
export class ProtocolError extends GuestError {
  override readonly name = 'ProtocolError';
}

/**
 * The filesystems of the guest MAY STILL BE FROZEN, and whatever writes in it hangs: thawing failed for as long as it was
 * tried. `cause` is the last failure. Thaw by hand (`guest-fsfreeze-thaw`) or reset the guest.
 */
export class FrozenError extends GuestError {
  override readonly name = 'FrozenError';
  /** what the work between freeze and thaw, or the freeze itself, threw; undefined when only the thaw failed */
  readonly earlier: unknown;

  constructor(message: string, options: { readonly cause: unknown; readonly earlier: unknown }) {
    super(message, { cause: options.cause });
    this.earlier = options.earlier;
  }
}

/** The work took longer than `ttl` while the guest was frozen, so the guest was thawed under it. Its result is not to be used. */
export class FreezeExpiredError extends GuestError {
  override readonly name = 'FreezeExpiredError';
}

/**
 * Why there is no result of a program:
 * - timeout: it took too long and was killed; cancelled: it was called off and killed
 * - truncated: it wrote more than is kept
 * - setup: the wrapper could not give it its user, folder, environment or files
 */
export type ExecFailure = 'timeout' | 'cancelled' | 'truncated' | 'setup';

/** A program was started in the guest, but its result is not to be had. */
export class ExecError extends GuestError {
  override readonly name = 'ExecError';
  readonly reason: ExecFailure;
  /** what it had written by then, as far as it is known */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;

  constructor(
    reason: ExecFailure,
    message: string,
    output: { readonly stdout: Uint8Array; readonly stderr: Uint8Array },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = reason;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

/**
 * Why a copy failed:
 * - mismatch: what arrived is not what was sent; changed: the source changed while it was copied
 * - target: the place to copy to is not as it should be; tool: a program in the guest (or here) failed
 */
export type TransferFailure = 'mismatch' | 'changed' | 'target' | 'tool';

/** A copy did not come about. What was to be replaced is as it was. */
export class TransferError extends GuestError {
  override readonly name = 'TransferError';
  readonly reason: TransferFailure;

  constructor(reason: TransferFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
