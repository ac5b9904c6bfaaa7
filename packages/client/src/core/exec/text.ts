import { concatBytes, encodeModifiedUtf8, type ByteKernels } from '@qga/protocol';

const NUL = Uint8Array.of(0);
const LF = 0x0a;

/** @returns the UTF-8 of a text */
export function utf8(text: string): Uint8Array {
  // the protocol's encoder spells U+0000 with two bytes
  return concatBytes(text.split('\0').flatMap((part, at) => [...(at > 0 ? [NUL] : []), encodeModifiedUtf8(part)]));
}

/** @returns the text of bytes that should be UTF-8; in a line that is not, every byte above 0x7F becomes U+FFFD */
export function lossyText(kernels: ByteKernels, bytes: Uint8Array): string {
  const whole = kernels.decodeUtf8(bytes);
  if (whole !== undefined) return whole;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LF, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end + 1);
    lines.push(kernels.decodeUtf8(line) ?? Array.from(line, character).join(''));
    at += line.length;
  }
  return lines.join('');
}

function character(byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD';
}
