import type { Base64Text } from '@qga/protocol';

/** A 64-bit integer from the wire: a number where that is exact, else a bigint. Comparisons and texts work on both. */
export type Int64 = number | bigint;

/** Arguments as a command gets them: integers exact, base64 not decoded yet. */
export type Received<T> = T extends bigint
  ? bigint
  : T extends number
    ? Int64
    : T extends Uint8Array
      ? Base64Text
      : T extends object
        ? { [K in keyof T]: Received<T[K]> }
        : T;
