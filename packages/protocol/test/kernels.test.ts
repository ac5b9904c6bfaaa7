import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ByteKernels } from '../dist/bytes.js';
import { plainKernels } from '../dist/kernels.js';
import { nodeKernels } from '../dist/node/index.js';
import { bytes, random } from './support.js';

/** What every implementation of the kernels owes. */
function contract(name: string, kernels: ByteKernels): void {
  suite(`byte kernels: ${name}`, () => {
    const text = (value: Uint8Array | undefined): string | undefined =>
      value === undefined ? undefined : Buffer.from(value).toString('latin1');

    test('stringEnd stops at what ends or breaks a run', () => {
      for (const filler of ['', 'x'.repeat(50), 'y'.repeat(500)]) {
        for (const end of ['"', '\\', '\x00', '\x1f', '\xfe', '\xff']) {
          const input = bytes(`${filler}${end}rest"`);
          assert.equal(kernels.stringEnd(input, 0, input.length, 0x22), filler.length, JSON.stringify(end));
        }
        const other = bytes(`${filler}' \x7f\x80\xfd`);
        assert.equal(kernels.stringEnd(other, 0, other.length, 0x22), other.length);
        assert.equal(kernels.stringEnd(other, 0, other.length, 0x27), filler.length);
        assert.equal(kernels.stringEnd(bytes(`"${filler}"`), 1, filler.length + 1, 0x22), filler.length + 1);
      }
    });

    test('decodeUtf8 knows QEMU’s UTF-8', () => {
      assert.equal(kernels.decodeUtf8(bytes('a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80')), 'aé€😀');
      assert.equal(kernels.decodeUtf8(bytes('\xc0\x80')), '\0');
      const bad = ['\x80', '\xc3', '\xc3(', '\xc0\xaf', '\xe0\x80\x80', '\xed\xa0\x80', '\xef\xbf\xbf', '\xef\xb7\x90'];
      for (const input of [...bad, '\xf0\x9f\xbf\xbe', '\xf4\x90\x80\x80', '\xf8\x88\x80\x80\x80', '\xff']) {
        assert.equal(kernels.decodeUtf8(bytes(input)), undefined, JSON.stringify(input));
      }
    });

    test('base64 goes there and back', () => {
      const next = random(7);
      for (let length = 0; length < 200; length++) {
        const data = Uint8Array.from({ length }, () => Math.floor(next() * 256));
        const encoded = kernels.encodeBase64(data);
        assert.equal(text(encoded), Buffer.from(data).toString('base64'));
        const cut = Math.floor(next() * (encoded.length + 1));
        const decoded = kernels.decodeBase64([encoded.subarray(0, cut), encoded.subarray(cut)]);
        assert.deepEqual(Buffer.from(decoded ?? []), Buffer.from(data));
      }
    });

    test('base64 is read as GLib reads it', () => {
      const cases: readonly (readonly [string, string | undefined])[] = [
        ['', ''],
        ['YQ', ''],
        ['YWJjZ', 'abc'],
        ['YQ==YQ==', 'aa'],
        ['YWJj\nZGVm\n', 'abcdef'],
        ['Y\nQ\n=\n=', 'a'],
        ['=YQ=', '\x01\x84'],
        ['YQ=a', 'a\x1a'],
        ['YQ==\r\n', undefined],
        ['YQ= =', undefined],
        ['Y-_=', undefined],
        ['YQ==!', undefined],
      ];
      for (const [input, expected] of cases) {
        assert.equal(text(kernels.decodeBase64([bytes(input)])), expected, JSON.stringify(input));
      }
    });

    test('outline takes plain objects, and nothing else', () => {
      const into = new Int32Array(3 * 60);
      const outline = (input: string, from = 0): number[] =>
        Array.from(into.subarray(0, 3 * kernels.outline(bytes(input), from, into)));
      const [open, close, list, end, string, zero] = Array.from(bytes('{}[]"0'));
      assert.deepEqual(outline(' {"a":-7}'), [open, 1, 2, string, 3, 4, zero, 6, 8, close, 8, 9]);
      assert.deepEqual(outline('x{"a":[""]}{', 1).slice(6), [list, 6, 7, string, 8, 8, end, 9, 10, close, 10, 11]);
      const words = outline('{"":true,"b":false,"c":null}').filter((_, at) => at % 3 === 0);
      assert.deepEqual(String.fromCharCode(...words), '{"t"f"n}');
      assert.equal(outline(`${'{"a":'.repeat(15)}{}${'}'.repeat(15)}`).length, 3 * 47);
      assert.equal(outline(`${'{"a":'.repeat(16)}{}${'}'.repeat(16)}`).length, 0);
      const none = ['', '{', '[]', '1', '"a"', '{"a"}', '{"a":}', '{"a":1,}', '{,}', '{"a":[1,]}', '{"a":[}]'];
      const odd = ["{'a':1}", '{"a":1.0}', '{"a":1e1}', '{"a":01}', '{"a":-}', '{"a":1234567890123456}', '{"a":nul}'];
      for (const input of [
        ...none,
        ...odd,
        '{"a":"\\n"}',
        '{"a":"\x80"}',
        '{"a":"\x1f"}',
        '{"a":truex}',
        '{"a" 1}',
        '{"a":\v1}',
      ]) {
        assert.deepEqual(outline(input), [], JSON.stringify(input));
      }
      assert.equal(kernels.outline(bytes('{"a":1}'), 0, new Int32Array(3 * 3)), 0);
      assert.equal(kernels.outline(bytes('{"a":1}'), 0, new Int32Array(3 * 4)), 4);
    });

    test('text and ASCII are the same', () => {
      assert.equal(kernels.asciiToText(bytes('a part of it'), 2, 6), 'part');
      const long = 'abc'.repeat(10_000);
      assert.equal(kernels.asciiToText(bytes(long)), long);
      assert.equal(text(kernels.textToAscii(long)), long);
      assert.ok(kernels.isAscii(bytes(long)));
      assert.ok(!kernels.isAscii(bytes('\x80')));
    });
  });
}

contract('plain', plainKernels);
contract('Node', nodeKernels);
