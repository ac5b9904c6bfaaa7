import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { compile } from '../dist/compile.js';
import { dump, plural, summary } from '../dist/dump.js';
import { formatProblem, SchemaError } from '../dist/source.js';
import { FIXTURES } from './support.js';

// Each fixture is a schema, its expectation NAME.out (accepted: warnings, summary, dump) or NAME.err (refused: message).
// QAPI_UPDATE=1 rewrites expectations. Files in include/ belong to the fixtures that include them.

const update = process.env['QAPI_UPDATE'] === '1';
const files = readdirSync(FIXTURES, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
const names = files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));

function read(path: string): string {
  return readFileSync(new URL(path, FIXTURES), 'utf8');
}

function result(name: string): { extension: 'out' | 'err'; text: string } {
  try {
    const { schema, warnings } = compile(`${name}.json`, read);
    const lines = warnings.map((warning) => `${formatProblem('warning', warning)}\n`).join('');
    const text = `${lines}${summary(schema)}; ${plural(warnings.length, 'warning')}\n${dump(schema)}`;
    return { extension: 'out', text };
  } catch (error) {
    if (error instanceof SchemaError) return { extension: 'err', text: `${error.message}\n` };
    throw error;
  }
}

for (const name of names) {
  test(`fixture ${name}`, () => {
    assert.match(read(`${name}.json`), /^# \S/, 'the first line must say what the fixture proves');
    const { extension, text } = result(name);
    const other = extension === 'out' ? 'err' : 'out';
    if (update) writeFileSync(new URL(`${name}.${extension}`, FIXTURES), text);
    assert.ok(
      !existsSync(new URL(`${name}.${other}`, FIXTURES)),
      `${name}.${other} exists, but the result is: ${text}`,
    );
    assert.ok(
      existsSync(new URL(`${name}.${extension}`, FIXTURES)),
      `no expectation (QAPI_UPDATE=1 writes it): ${text}`,
    );
    assert.equal(text, read(`${name}.${extension}`));
  });
}

test('every expectation has its fixture', () => {
  const orphans = files.filter((file) => !names.includes(file.replace(/\.\w+$/, '')));
  assert.deepEqual(orphans, []);
});
