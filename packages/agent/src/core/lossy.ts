import type { ByteKernels } from '@qga/protocol';

/** Text of bytes that should be UTF-8; where they are not, every byte above 0x7F becomes U+FFFD. */
export function decodeLossy(kernels: ByteKernels, bytes: Uint8Array): string {
  const text = kernels.decodeUtf8(bytes);
  if (text !== undefined) return text;
  return kernels.asciiToText(bytes.map((byte) => (byte < 0x80 ? byte : 0x1a))).replaceAll('\u001a', '\uFFFD');
}
