/** What a fake guest does instead of answering a command. */
export type Fault =
  | { readonly fault: 'delay'; readonly milliseconds: number; readonly then: unknown }
  | { readonly fault: 'refuse'; readonly errorClass: 'GenericError' | 'CommandNotFound'; readonly desc: string }
  | { readonly fault: 'silence' }
  | { readonly fault: 'bytes'; readonly bytes: Uint8Array }
  | { readonly fault: 'disconnect'; readonly after: Uint8Array }
  | { readonly fault: 'flood'; readonly line: Uint8Array; readonly total: number };

const MARK: unique symbol = Symbol('fault');

/** A fault that cannot be mistaken for a value to answer with. */
export type MarkedFault = Fault & { readonly [MARK]: true };

const mark = (fault: Fault): MarkedFault => ({ ...fault, [MARK]: true });
const bytesOf = (bytes: string | Uint8Array): Uint8Array =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;

export function isFault(value: unknown): value is MarkedFault {
  return typeof value === 'object' && value !== null && MARK in value;
}

/** Refuses, as an agent does for a command that fails. */
export const refuse = (desc: string, errorClass: 'GenericError' | 'CommandNotFound' = 'GenericError'): MarkedFault =>
  mark({ fault: 'refuse', errorClass, desc });

/** Answers after so many milliseconds; nothing else is answered before. */
export const delay = (milliseconds: number, then: unknown): MarkedFault => mark({ fault: 'delay', milliseconds, then });

/** Never answers; later commands are answered. */
export const silence = (): MarkedFault => mark({ fault: 'silence' });

/** Sends these bytes for an answer; the characters of a text are bytes. */
export const garbage = (bytes: string | Uint8Array = 'login: \n'): MarkedFault =>
  mark({ fault: 'bytes', bytes: bytesOf(bytes) });

/** Sends these bytes, then ends the connection. */
export const disconnect = (after: string | Uint8Array = ''): MarkedFault =>
  mark({ fault: 'disconnect', after: bytesOf(after) });

/** Sends the same bytes over and over, up to `total` bytes: a flood of lines, or one endless line. */
export const flood = (line: string | Uint8Array, total: number): MarkedFault =>
  mark({ fault: 'flood', line: bytesOf(line), total });
