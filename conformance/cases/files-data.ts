import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, look, prepare, restart, steps } from '../harness/steps.js';
import type { Case, Step } from '../harness/types.js';

const LARGEST_READ = 50_331_648;

function fill(text: string): Step {
  return prepare((directory) => writeFileSync(join(directory, 'f'), text, 'latin1'));
}

function open(mode: string): Step {
  return call('guest-file-open', `{"path":"@DIR@/f","mode":"${mode}"}`);
}

function read(count?: number | string): Step {
  return call('guest-file-read', `{"handle":@1@${count === undefined ? '' : `,"count":${count}`}}`);
}

function write(base64: string, count?: number): Step {
  return call(
    'guest-file-write',
    `{"handle":@1@,"buf-b64":"${base64}"${count === undefined ? '' : `,"count":${count}`}}`,
  );
}

function seek(offset: number | string, whence: string): Step {
  return call('guest-file-seek', `{"handle":@1@,"offset":${offset},"whence":${whence}}`);
}

const close = call('guest-file-close', '{"handle":@1@}');
const flush = call('guest-file-flush', '{"handle":@1@}');

function reading(name: string, content: string, ...list: readonly Step[]): Case {
  return steps(`read/${name}`, fill(content), open('r'), ...list, close);
}

const BINARY = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');

const reads = [
  reading('all at once', 'hello', read(), read()),
  reading('exactly what is there', 'hello', read(5), read(5)),
  reading('less than is there', 'hello', read(2), read(2), read(2), read(2)),
  reading('more than is there', 'hello', read(6), read(6)),
  reading('nothing', 'hello', read(0), read(1)),
  reading('nothing at the end', 'hello', read(5), read(0), read(1)),
  reading('an empty file', '', read(), read(0), read()),
  reading('all bytes', BINARY, read(256)),
  reading('default count', 'x'.repeat(5000), read(), read(), read()),
  reading('exactly the default count', 'x'.repeat(4096), read(), read()),
  reading('across buffers', 'abcdefghij'.repeat(1000), read(4095), read(2), read(4097), read(10_000)),
  reading('negative count', 'hello', read(-1), read()),
  reading('smallest count', 'hello', read('-9223372036854775808')),
  reading('largest count', 'hello', read(LARGEST_READ), read()),
  reading('beyond the largest count', 'hello', read(LARGEST_READ + 1), read()),
  reading('count beyond 32 bits', 'hello', read(4294967297), read('9223372036854775807')),
  reading(
    'grown file after its end',
    'hello',
    read(10),
    prepare((dir) => appendFileSync(join(dir, 'f'), ' again')),
    read(10),
    read(10),
  ),
  reading(
    'shrunk file',
    'hello world',
    read(3),
    seek(8, '0'),
    prepare((dir) => truncateSync(join(dir, 'f'), 4)),
    read(10),
  ),
  reading('a megabyte', 'y'.repeat(1_000_000), read(1_000_000), read(1)),
  steps('read/write-only handle', fill('hello'), open('w'), read(), write('YQ=='), flush, look('f'), close),
  steps('read/append handle', fill('hello'), open('a'), read(), close),
];

const BASE64: Readonly<Record<string, string>> = {
  nothing: '',
  'one byte': 'YQ==',
  'two bytes': 'YWI=',
  'three bytes': 'YWJj',
  'missing padding': 'YQ',
  'half the padding': 'YQ=',
  'missing single padding': 'YWI',
  'one character': 'Y',
  'five characters': 'YWJjY',
  'padding in the middle': 'YQ==YQ==',
  'single padding in the middle': 'YWI=YWI=',
  'padding first': '=YQ=',
  'only padding': '====',
  'one padding character': '=',
  'too much padding': 'YQ======',
  'padding after a whole group': 'YWJj====',
  'three padding characters': 'Y===',
  'padding, then a character': 'YQ=Q',
  'padding around a character': 'Y=Q=',
  'padding in the third place': 'YW=j',
  'padding in the second place': 'Y=Jj',
  'padding first, then three characters': '=YWJ',
  'padding in the first two places': '==YW',
  'padding in the first three places': '===Y',
  'newline within the padding': 'YQ=\\n=',
  'unpadded tail after whole groups': 'YWJjZGVmYQ',
  'whole group after an unpadded one': 'YQYWJj',
  'bits beyond the last byte': 'YR==',
  'bits beyond the second byte': 'YWJ=',
  'newline within': 'YW\\nJj',
  'newline behind': 'YWJj\\n',
  'many newlines': '\\n\\nY\\nW\\nJ\\nj\\n\\n',
  'carriage return': 'YW\\r\\nJj',
  blank: 'YW Jj',
  tab: 'YW\\tJj',
  'URL alphabet': '-_-_',
  'last characters of the alphabet': '+/+/',
  'foreign character': 'YW?j',
  'accented character': 'YW\\u00e9j',
  NUL: 'YW\\u0000j',
  'NUL in front': '\\u0000YWJj',
};

const base64 = Object.entries(BASE64).map(([name, text]) =>
  steps(`base64/${name}`, open('w'), write(text), flush, look('f'), close),
);

function writing(name: string, mode: string, ...list: readonly Step[]): Case {
  return steps(`write/${name}`, fill('hello world'), open(mode), ...list, close, look('f'));
}

const writes = [
  writing('visible before flush', 'w', write('YWJj'), look('f'), flush, look('f')),
  writing('count zero', 'w', write('YWJj', 0)),
  writing('count smaller than the data', 'w', write('YWJj', 2)),
  writing('count as large as the data', 'w', write('YWJj', 3)),
  writing('count larger than the data', 'w', write('YWJj', 4), write('eHl6')),
  writing('negative count', 'w', write('YWJj', -1)),
  writing('bad base64 before bad count', 'w', write('?', -1)),
  writing('read-only handle', 'r', write('YWJj'), flush),
  writing('read-only handle, then read', 'r', write('YWJj'), flush, read()),
  writing('nothing to a read-only handle', 'r', write('')),
  writing('large block to a read-only handle', 'r', write('QUJD'.repeat(3000)), read(3)),
  writing('over the beginning', 'r+', write('SEVMTE8=')),
  writing('twice', 'w', write('YWJj'), write('ZGVm')),
  writing('append', 'a', write('IQ=='), write('IQ==')),
  writing('append after seeking', 'a', seek(0, '0'), write('IQ=='), seek(0, '1')),
  writing('append and read', 'a+', read(5), write('IQ=='), seek(0, '0'), read(100)),
  writing('position when appending', 'a', seek(0, '1'), write('IQ=='), seek(0, '1')),
  writing(
    'position when appending and reading',
    'a+',
    seek(0, '1'),
    read(2),
    seek(0, '1'),
    write('IQ=='),
    seek(0, '1'),
  ),
  writing('read, then write', 'r+', read(5), write('LQ=='), flush),
  writing('read to the end, then write', 'r+', read(100), write('IQ==')),
  writing('write, then read', 'r+', write('SEVMTE8='), read(100)),
  writing('write, read, write', 'r+', write('SA=='), read(1), write('TA=='), read(1), write('IQ==')),
  writing('truncate, write, rewind, read', 'w+', write('YWJj'), seek(0, '"set"'), read()),
  writing('past the end leaves a hole', 'r+', seek(15, '0'), write('IQ==')),
  writing(
    'two handles',
    'w',
    call('guest-file-open', '{"path":"@DIR@/f","mode":"r"}'),
    write('YWJj'),
    flush,
    call('guest-file-read', '{"handle":@2@}'),
  ),
  writing('large block', 'w', write('QUJD'.repeat(30_000)), seek(0, '1')),
  steps('write/unflushed data at the end of the agent', open('w'), write('YWJj'), restart, look('f')),
  steps('write/flush and close without writing', open('w'), flush, close, look('f')),
  steps('write/flush of a read-only handle', fill('hello'), open('r'), read(2), flush, read(2), close),
];

const seeks = [
  ['set by number', seek(4, '0')],
  ['set by name', seek(4, '"set"')],
  ['current by number', seek(4, '1')],
  ['current by name', seek(4, '"cur"')],
  ['end by number', seek(-2, '2')],
  ['end by name', seek(-2, '"end"')],
  ['to the end', seek(0, '2')],
  ['past the end', seek(5, '2')],
  ['far past the end', seek('4000000000000', '0')],
  ['to the largest position', seek('9223372036854775807', '0')],
  ['beyond the largest position', seek('9223372036854775807', '1')],
  ['before the beginning', seek(-1, '0')],
  ['before the beginning from here', seek(-100, '1')],
  ['before the beginning from the end', seek(-100, '2')],
  ['smallest offset', seek('-9223372036854775808', '0')],
  ['unknown number', seek(0, '3')],
  ['negative number', seek(0, '-1')],
  ['number beyond 32 bits', seek(0, '4294967296')],
  ['number beyond 32 bits, cut to one that is known', seek(0, '4294967297')],
  ['unknown name', seek(0, '"middle"')],
] as const;

const seekCases = seeks.map(([name, step]) =>
  steps(`seek/${name}`, fill('hello world'), open('r'), read(3), step, seek(0, '1'), read(4), close),
);

/** Reading, writing, base64 and positions. */
export const dataCases: readonly Case[] = [
  ...reads,
  ...base64,
  ...writes,
  ...seekCases,
  steps('seek/after the end was met', fill('hello'), open('r'), read(10), seek(0, '1'), seek(1, '0'), read(10), close),
  steps('seek/directory', call('guest-file-open', '{"path":"@DIR@"}'), seek(0, '0'), close),
];
