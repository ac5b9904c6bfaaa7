import type { ByteKernels } from './bytes.js';
import type { ByteChannel } from './channel.js';

/** Bytes that are encoded at a time. A multiple of three, so that the pieces of base64 join without padding. */
const PIECE = 3 * 512 * 1024;

/**
 * Bytes that go out as base64 and are encoded only as the peer takes them: the whole text is a third longer than the bytes,
 * and a small machine has no room for both.
 */
export class Payload {
  readonly #kernels: ByteKernels;
  readonly #bytes: Uint8Array;

  /** @param bytes are not to change until the last piece was taken */
  constructor(kernels: ByteKernels, bytes: Uint8Array) {
    this.#kernels = kernels;
    this.#bytes = bytes;
  }

  /** of the base64, in bytes */
  get length(): number {
    return Math.ceil(this.#bytes.length / 3) * 4;
  }

  /** The base64, in order. */
  *pieces(): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < this.#bytes.length; at += PIECE) {
      yield this.#kernels.encodeBase64(this.#bytes.subarray(at, at + PIECE));
    }
  }
}

/** A part of a message that is to be sent. */
export type OutputPart = Uint8Array | Payload;

/** Base64 of bytes as a part: encoded at once when it is one piece, as payloads are that have to be fast. */
export function base64Part(kernels: ByteKernels, bytes: Uint8Array): OutputPart {
  return bytes.length > PIECE ? new Payload(kernels, bytes) : kernels.encodeBase64(bytes);
}

/** The bytes of all parts, for who needs them at the same time. */
export function encodedParts(parts: readonly OutputPart[]): Uint8Array[] {
  return parts.flatMap((part) => (part instanceof Payload ? [...part.pieces()] : [part]));
}

/** Sends parts as `ByteChannel.write` does, payloads a piece at a time. It has the same result and throws the same. */
export function sendParts(channel: ByteChannel, parts: readonly OutputPart[]): Promise<void> | undefined {
  return isEncoded(parts) ? channel.write(parts) : sendInPieces(channel, parts);
}

function isEncoded(parts: readonly OutputPart[]): parts is readonly Uint8Array[] {
  // by index: the engine of the native host makes an object a round for `for … of`
  for (let at = 0; at < parts.length; at++) if (parts[at] instanceof Payload) return false;
  return true;
}

async function sendInPieces(channel: ByteChannel, parts: readonly OutputPart[]): Promise<void> {
  let ready: Uint8Array[] = [];
  for (const part of parts) {
    if (!(part instanceof Payload)) {
      ready.push(part);
      continue;
    }
    for (const piece of part.pieces()) {
      ready.push(piece);
      await channel.write(ready);
      ready = [];
    }
  }
  if (ready.length > 0) await channel.write(ready);
}
