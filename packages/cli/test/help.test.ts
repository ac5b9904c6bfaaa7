import assert from 'node:assert/strict';
import test from 'node:test';
import { commandTables } from '@qga/protocol';
import { docs } from '@qga/protocol/docs';
import { EXIT_CODES } from '../dist/exit-codes.js';
import { commandHelp, commandList } from '../dist/help.js';
import { overview } from '../dist/overview.js';
import { VERBS } from '../dist/verbs/index.js';

const tooWide = (text: string): string[] => text.split('\n').filter((line) => line.length > 80);

/** Wrapped text in one line again. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

await test('the overview has every verb once, and fits 80 columns', () => {
  const text = overview();
  for (const { name } of VERBS) {
    assert.equal(text.split('\n').filter((line) => line.startsWith(`  ${name} `)).length, 1, name);
  }
  assert.deepEqual(tooWide(text), []);
});

await test('the list of commands has every one once, every exit code, and fits 80 columns', () => {
  const text = commandList();
  for (const name of Object.keys(commandTables)) {
    const rows = text.split('\n').filter((line) => line.startsWith(`  ${name.replace('guest-', '')} `));
    assert.equal(rows.length, 1, name);
  }
  for (const meaning of Object.values(EXIT_CODES)) assert.ok(flat(text).includes(meaning));
  assert.deepEqual(tooWide(text), []);
});

for (const table of Object.values(commandTables)) {
  await test(`${table.name} --help has the schema's text and fits 80 columns`, () => {
    const { summary, text, arguments: args, returns, since } = docs[table.name];
    const help = commandHelp(table);
    for (const part of [summary, ...text.split('\n\n'), returns, `Since QEMU ${since}.`]) {
      assert.ok(flat(help).includes(flat(part)), part);
    }
    for (const [name, argument] of Object.entries(args)) {
      assert.ok(help.includes(`\n  --${name}`), name);
      assert.ok(flat(help).includes(flat(argument.text)), argument.text);
    }
    assert.deepEqual(tooWide(help), []);
  });
}
