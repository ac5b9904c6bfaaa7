import type { ByteKernels } from './bytes.js';
import { AgentError } from './errors.js';
import { encodeModifiedUtf8 } from './utf8.js';
import { AsciiText, type JsonString } from './value.js';

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
    const parts = this.#text instanceof AsciiText ? this.#text.parts : [encodeModifiedUtf8(this.#text)];
    const bytes = this.#kernels.decodeBase64(parts);
    if (bytes === undefined) throw new AgentError('Base64 data contains invalid characters');
    return bytes;
  }
}
