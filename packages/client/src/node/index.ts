export * from '../core/index.js';
export { connect, guestAt, type TargetLike } from './connect.js';
export { nodeEnvironment } from './environment.js';
export { NodeGuest } from './guest.js';
export type { CopyOptions, CopyProgress, CopyResult } from './copy/options.js';
export { parseTarget, TARGET_KINDS } from './targets/index.js';
export { TargetError } from './targets/address-error.js';
export { unixTarget } from './targets/unix.js';
