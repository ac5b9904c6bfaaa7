/**
 * JSON as it was read, nothing lost: integers exact, doubles told from integers, members in their order, long strings not
 * decoded. The validator turns it into plain TypeScript values by the schema.
 */
export type JsonValue = null | boolean | number | bigint | JsonDouble | JsonString | JsonValue[] | JsonObject;

export type JsonObject = Map<string, JsonValue>;

/** Short strings are decoded; a long one that is pure ASCII (a base64 payload) stays in its bytes. */
export type JsonString = string | AsciiText;

/** A number written with a fraction or an exponent, or too large for 64 bits: never an integer to QEMU, even when it is 1.0. */
export class JsonDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A long string of ASCII characters, as slices of the buffers that it arrived in. */
export class AsciiText {
  readonly parts: readonly Uint8Array[];
  /** in bytes, which are characters too */
  readonly length: number;

  constructor(parts: readonly Uint8Array[], length: number) {
    this.parts = parts;
    this.length = length;
  }
}

export function isJsonString(value: JsonValue | undefined): value is JsonString {
  return typeof value === 'string' || value instanceof AsciiText;
}

/** A JSON integer of any sign within 64 bits. */
export function isJsonInteger(value: JsonValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
