import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from '../../../packages/schema/dist/compile.js';
import { dump } from '../../../packages/schema/dist/dump.js';
import { SchemaError } from '../../../packages/schema/dist/source.js';
import { promised, textOf, words, type Target } from '../target.js';

const FIXTURES = path.join(import.meta.dirname, '../../../packages/schema/test/fixtures');

function fixtures(): Uint8Array[] {
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => new Uint8Array(readFileSync(path.join(FIXTURES, name))));
}

/** The QAPI compiler: a schema, or an error that says where; there is nothing to include but itself. */
export const schema: Target = {
  name: 'schema',
  largest: 4000,
  seeds: fixtures(),
  dictionary: [
    ...words("'command'", "'struct'", "'enum'", "'union'", "'alternate'", "'event'", "'data'", "'base'", "'returns'"),
    ...words(
      "'include'",
      "'pragma'",
      "'if'",
      "'features'",
      "'discriminator'",
      "'all'",
      "'any'",
      "'not'",
      "'*a'",
      "'str'",
    ),
    ...words('##\n# @x:\n#\n# text\n##\n', '{', '}', '[', ']', "['int']", ':', ',', 'true', '# @', '# Returns: ', '\n'),
  ],
  run(input) {
    const text = textOf(input);
    try {
      dump(compile('test.json', (name) => readOnly(name, text)).schema);
    } catch (error) {
      promised(
        error instanceof SchemaError,
        `a SchemaError, not ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      );
      promised(
        /^(In file included from .*:\n)*test\.json:\d+:\d+: error: /.test(error.message),
        `it says where: ${error.message}`,
      );
    }
  },
};

/** There is one file. */
function readOnly(name: string, text: string): string {
  if (name !== 'test.json') throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return text;
}
