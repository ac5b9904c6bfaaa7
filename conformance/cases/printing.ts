import { request, singles } from '../harness/steps.js';
import type { Bytes, Case } from '../harness/types.js';

function echoes(values: Readonly<Record<string, string>>): Case[] {
  const table: Record<string, Bytes> = {};
  for (const [name, id] of Object.entries(values)) table[`echo of ${name}`] = request('guest-ping', undefined, id);
  return singles('printing', table);
}

const BELOW_BLANK = Array.from({ length: 0x20 }, (_, code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
const ASCII = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index))
  .join('')
  .replace(/["\\]/g, '\\$&');
const LATIN = Array.from({ length: 0x80 }, (_, index) => `\\u00${(0x80 + index).toString(16)}`).join('');
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** An object with one member per name, each with its place in the sending order as value. */
function objectOf(names: Iterable<string>): string {
  return `{${Array.from(names)
    .map((name, index) => `${JSON.stringify(name)}:${index}`)
    .join(',')}}`;
}

const errors = singles('printing', {
  'error with id null': request('guest-nothing', undefined, 'null'),
  'error with string id': request('guest-nothing', undefined, '"a"'),
  'error with object id': request('guest-nothing', undefined, '{"b":1,"a":2}'),
  'control bytes in an error text': request('a\\u0001\\n\\t\\u007f'),
  'accents in an error text': request('guest-\\u00e9\\u20ac\\ud83d\\ude00'),
  'name of an argument in an error text': request('guest-ping', '{"a\\"b\\u00e9\\n":1}'),
});

/** How values come back: separators, escapes, doubles and the order of members. */
export const printingCases: readonly Case[] = [
  ...echoes({
    'an array': '[null,true,false,1,"x",1.5]',
    'an empty array': '[]',
    'an empty object': '{}',
    'nested empty ones': '[[],{},[{}],{"a":[]}]',
    'control characters': `"${BELOW_BLANK}"`,
    'all of ASCII': `"${ASCII}"`,
    'the upper half of Latin-1': `"${LATIN}"`,
    'characters of all widths': '"\\u007f\\u0080\\u07ff\\u0800\\uffee\\ud800\\udc00"',
    'a nested string': '{"a":[{"b":"\\u00e9"}]}',
    'two members': '{"b":1,"a":2}',
    'a mixed object': '{"b":1,"a":[null,true,1.5,"x\\u00e9"]}',
    'all letters as members': objectOf(LETTERS),
    'all letters as members, the other way round': objectOf(Array.from(LETTERS).reverse()),
    'pairs of letters as members': objectOf(Array.from(LETTERS).map((letter) => `${letter}${letter}`)),
    'numbered members': objectOf(Array.from({ length: 100 }, (_, index) => `member-${index}`)),
    'numbers as members': objectOf(Array.from({ length: 40 }, (_, index) => String(index))),
    'command names as members': objectOf(['execute', 'arguments', 'id', 'return', 'error', 'class', 'desc', 'event']),
    'long member names': objectOf(['x'.repeat(100), 'x'.repeat(101), 'y'.repeat(1000), '']),
    'accented member names': '{"\\u00e9":1,"e":2,"\\u20ac":3,"\\ud83d\\ude00":4}',
    'objects in an object': '{"one":{"z":1,"y":2},"two":{"x":{"w":1,"v":2}}}',
    'a member name with NUL': '{"a\\u0000b":1,"a":2}',
    'the prototype as member': '{"__proto__":{"x":1},"constructor":2}',
    'a double in an array': '[0.1,1e22,5.0,-0.0,1E5,100000000000000000000]',
  }),
  ...errors,
];
