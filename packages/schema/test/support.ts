import { readFileSync } from 'node:fs';
import { compile } from '../dist/compile.js';
import { Model } from '../dist/emit/model.js';
import { readExceptions } from '../dist/exceptions.js';
import type { Exceptions } from '../dist/exceptions.js';
import type { Schema } from '../dist/schema.js';
import { Source } from '../dist/source.js';

/** Folders, seen from dist-test, where compiled tests lie. */
export const FIXTURES = new URL('../test/fixtures/', import.meta.url);
export const PACKAGE = new URL('../', import.meta.url);

export const NO_EXCEPTIONS = '{ "base64": [], "bigint": [], "platforms": [] }';

/** Compiles one text without includes. */
export function schemaOf(text: string): Schema {
  return compile('test.json', () => text).schema;
}

export function exceptionsOf(json: string, schema: Schema): Exceptions {
  return readExceptions(new Source('exceptions.json', json), schema);
}

/** What emitters need, from the text of a schema and of exceptions.json. */
export function modelOf(text: string, exceptions = NO_EXCEPTIONS): Model {
  const schema = schemaOf(text);
  return new Model(schema, exceptionsOf(exceptions, schema));
}

/** The schema of the guest agent, as it is committed. */
export function guestAgentModel(): Model {
  const entry = new URL('guest-agent/guest-agent.json', PACKAGE).pathname;
  const { schema } = compile(entry, (path) => readFileSync(path, 'utf8'));
  return new Model(schema, exceptionsOf(readFileSync(new URL('exceptions.json', PACKAGE), 'utf8'), schema));
}
