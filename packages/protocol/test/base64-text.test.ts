import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AsciiText, Base64Text, plainKernels, type ByteKernels } from '../dist/index.js';
import { nodeKernels } from '../dist/node/index.js';

const MIB = 1024 * 1024;
const CHUNK = 65_531;

/** Text in parts as a transport brings it, of a length that cuts through groups. */
function textOf(kernels: ByteKernels, text: string): Base64Text {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += CHUNK) parts.push(Buffer.from(text.slice(at, at + CHUNK)));
  return new Base64Text(kernels, new AsciiText(parts, text.length));
}

async function decode(text: Base64Text): Promise<{ bytes: Buffer; waits: number }> {
  let waits = 0;
  const pieces = await text.decodeInPieces(() => Promise.resolve((waits += 1)));
  return { bytes: Buffer.concat(pieces), waits };
}

suite('base64 in pieces', () => {
  const data = Buffer.from(Uint32Array.from({ length: MIB }, (_, index) => index * 2_654_435_761).buffer);
  const plain = data.toString('base64');
  const texts: Readonly<Record<string, string>> = {
    plain,
    'with line feeds': plain.replaceAll(/(.{76})/g, '$1\n'),
    'with padding in the middle': `${plain.slice(0, 2 * MIB)}YQ==${plain}`,
    'with a line feed late, and a group unfinished': `${plain.slice(0, 3 * MIB)}\n${plain.slice(0, 2 * MIB + 3)}`,
    short: 'YWJj',
    empty: '',
  };

  for (const [host, kernels] of Object.entries({ plain: plainKernels, Node: nodeKernels })) {
    for (const [name, text] of Object.entries(texts)) {
      test(`${host}: ${name}: the same bytes as in one go`, async () => {
        const { bytes } = await decode(textOf(kernels, text));
        assert.ok(bytes.equals(textOf(kernels, text).decode()));
      });
    }

    test(`${host}: others have their turn while a large text is decoded, and none is waited for with a small one`, async () => {
      assert.equal((await decode(textOf(kernels, plain))).waits, 5);
      assert.equal((await decode(textOf(kernels, 'YWJj'))).waits, 0);
    });

    test(`${host}: a bad letter is refused wherever it stands`, async () => {
      for (const at of [0, 2 * MIB, plain.length - 1]) {
        const text = textOf(kernels, `${plain.slice(0, at)}!${plain.slice(at + 1)}`);
        await assert.rejects(decode(text), /^AgentError: Base64 data contains invalid characters$|invalid characters/);
      }
    });
  }
});
