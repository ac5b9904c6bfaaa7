export {
  CommandError,
  ConnectError,
  DisconnectedError,
  ExecError,
  FreezeExpiredError,
  FrozenError,
  GuestError,
  ProtocolError,
  TimeoutError,
  TransferError,
  type ConnectReason,
  type ExecFailure,
  type RefusalReason,
  type TransferFailure,
} from './errors.js';
export { Guest } from './guest.js';
export type { GuestOptions } from './dispatch.js';
export type { Caller, CallOptions, CallParameters } from './call.js';
export type { Capabilities } from './capabilities.js';
export { ExecResult, type ExecOptions } from './exec/options.js';
export { runScript, type Ran } from './exec/helper.js';
export { GuestFile, type ReadPiece } from './files/file.js';
export type { MoveOptions } from './files/pieces.js';
export type { ReadOptions } from './files/read.js';
export type { Source, WriteOptions } from './files/write.js';
export type { TraceEvent } from './connection.js';
export type { Clock, Environment, Exchanger, Target } from './environment.js';
export type { FreezeOptions, Frozen } from './freeze.js';
export type { Groups } from './groups.js';
export type { ReadyOptions } from './ready.js';
export type { CancelSignal } from './signal.js';
