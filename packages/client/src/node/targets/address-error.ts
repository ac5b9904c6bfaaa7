/** A target that is written wrongly, or cannot be used on this machine. The caller's fault; nothing was tried. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}
