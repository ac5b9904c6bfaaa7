export {
  CommandError,
  ConnectError,
  DisconnectedError,
  FrozenError,
  GuestError,
  ProtocolError,
  TimeoutError,
  type ConnectReason,
} from './errors.js';
export { Guest, type GuestOptions } from './guest.js';
export type { Caller, CallOptions, CallParameters } from './call.js';
export { GuestFile } from './file.js';
export type { TraceEvent } from './connection.js';
export type { Clock, Environment, Target } from './environment.js';
export type { FreezeOptions, Frozen } from './freeze.js';
