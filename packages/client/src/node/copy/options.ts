import type { MoveOptions } from '../../core/files/pieces.js';

/** How far a copy is. */
export interface CopyProgress {
  /** bytes that have arrived, those of an earlier attempt included */
  readonly bytes: number;
  /** bytes in all, where that is known */
  readonly total: number | undefined;
}

/** How to copy. */
export interface CopyOptions extends MoveOptions {
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  /**
   * Whether to compare SHA-256 sums of both ends. Default: where the guest can make them (sha256sum through guest-exec). `true`
   * insists, if need be by reading back what was written; `false` does not compare.
   */
  readonly verify?: boolean | undefined;
  /** permission bits of a new file; default: those of the source. A file that is replaced keeps its own */
  readonly mode?: number | undefined;
  /** gives new files the owner of the source, by number; needs root at the end that is written. Default: whoever writes */
  readonly keepOwner?: boolean | undefined;
  /**
   * Leaves what has arrived when the copy fails, and goes on behind what an earlier attempt with `resume` has left. For files
   * only. Two such copies to the same place at the same time get into each other's way.
   */
  readonly resume?: boolean | undefined;
}

/** What a copy did. */
export interface CopyResult {
  /** size of the file, or of the archive that a folder went through */
  readonly bytes: number;
  /** bytes that an earlier attempt had brought already */
  readonly resumedAt: number;
  /** whether the sums of both ends were compared */
  readonly verified: boolean;
  /** whether the old file was there, whole, until the new one was */
  readonly atomic: boolean;
  readonly milliseconds: number;
}
