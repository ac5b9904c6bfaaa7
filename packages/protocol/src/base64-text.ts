import type { ByteKernels } from './bytes.js';
import { AgentError } from './errors.js';
import { encodeModifiedUtf8 } from './utf8.js';
import { AsciiText, type JsonString } from './value.js';

/** Letters that are decoded in one go where the caller can wait: it takes a few milliseconds. */
const PIECE = 1024 * 1024;

/** Base64 as it stands in a request, not decoded yet: a command decodes it when its turn comes among the other checks. */
export class Base64Text {
  readonly #kernels: ByteKernels;
  readonly #text: JsonString;

  constructor(kernels: ByteKernels, text: JsonString) {
    this.#kernels = kernels;
    this.#text = text;
  }

  /** @throws AgentError with QEMU's words when a character is not base64 */
  decode(): Uint8Array {
    return this.#decode(this.#parts());
  }

  /**
   * The same for a payload that may be large.
   * @param between is waited for between two pieces, so that others are not kept waiting
   * @returns the pieces, in order
   * @throws AgentError as above
   */
  async decodeInPieces(between: () => Promise<unknown>): Promise<readonly Uint8Array[]> {
    const parts = this.#parts();
    const pieces: Uint8Array[] = [];
    let batch: Uint8Array[] = [];
    let size = 0;
    for (const [index, part] of parts.entries()) {
      batch.push(part);
      size += part.length;
      // a group of four letters stays together
      const rest = size % 4;
      if (size < PIECE || part.length < rest) continue;
      const tail = part.subarray(part.length - rest);
      batch[batch.length - 1] = part.subarray(0, part.length - rest);
      const bytes = this.#decode(batch);
      // with line feeds or padding nobody knows where the next group begins
      if (bytes.length !== ((size - rest) / 4) * 3) {
        return [...pieces, this.#decode([...batch, tail, ...parts.slice(index + 1)])];
      }
      pieces.push(bytes);
      batch = [tail];
      size = rest;
      await between();
    }
    return [...pieces, this.#decode(batch)];
  }

  #parts(): readonly Uint8Array[] {
    return this.#text instanceof AsciiText ? this.#text.parts : [encodeModifiedUtf8(this.#text)];
  }

  #decode(parts: readonly Uint8Array[]): Uint8Array {
    const bytes = this.#kernels.decodeBase64(parts);
    if (bytes === undefined) throw new AgentError('Base64 data contains invalid characters');
    return bytes;
  }
}
