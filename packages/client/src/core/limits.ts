import { MESSAGE_LIMITS, type CommandName, type MessageLimits } from '@qga/protocol';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long a command may take, in milliseconds, unless the caller says otherwise. */
export const CALL_LIMIT = 30 * SECOND;

/** Commands that take longer by nature: they wait for disks or for the guest's administrator's scripts. */
const SLOW: Readonly<Partial<Record<CommandName, number>>> = {
  'guest-fsfreeze-freeze': 10 * MINUTE,
  'guest-fsfreeze-freeze-list': 10 * MINUTE,
  'guest-fsfreeze-thaw': 3 * MINUTE,
  'guest-fstrim': 10 * MINUTE,
  'guest-set-memory-blocks': 3 * MINUTE,
};

/** @returns the time limit of a command in milliseconds */
export function callLimit(command: CommandName, usual: number): number {
  return Math.max(SLOW[command] ?? 0, usual);
}

/** How long the agent may take to answer the greeting, in milliseconds. It answers at once when it is not busy. */
export const SYNC_LIMIT = 5 * SECOND;

/**
 * Commands like guest-shutdown answer only when they fail. After this many milliseconds without an answer they count as
 * done; the agent's own program that shuts down has usually spoken by then.
 */
export const QUIET = 5 * SECOND;

/** How long thawing is tried again after it failed, in milliseconds. */
export const THAW_PATIENCE = 3 * MINUTE;

/** Between two attempts to thaw, in milliseconds. */
export const THAW_PAUSE = SECOND;

/** How long the agent may take to tell of a freeze that is over, in milliseconds: the snapshot is made, nobody should wait long. */
export const REPORT_LIMIT = 5 * SECOND;

/** Bytes of a reply. The largest that an honest agent sends is a read of 48 MiB: 64 MiB of base64. */
export const REPLY_LIMIT = 256 * 1024 * 1024;

/** @returns the framer's limits for replies of at most `size` bytes */
export function replyLimits(size: number): MessageLimits {
  return { ...MESSAGE_LIMITS, size };
}

/** Characters of an error's text that are kept. */
export const DESC_LIMIT = 65_536;

/** Characters of the reason in a ProtocolError, which may quote what the guest sent. */
export const REASON_LIMIT = 300;
