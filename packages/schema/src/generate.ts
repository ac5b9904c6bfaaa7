import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { compile } from './compile.js';
import { plural, summary } from './dump.js';
import { emitCommands } from './emit/commands.js';
import { emitDocs } from './emit/docs.js';
import { Model } from './emit/model.js';
import { emitReference } from './emit/reference.js';
import { emitTables } from './emit/tables.js';
import { emitTypes } from './emit/types.js';
import { readExceptions } from './exceptions.js';
import type { Output } from './output.js';
import { formatProblem, Source } from './source.js';

/** The platform of our agent; commands missing there need no handler. */
const OUR_PLATFORM = 'Linux';

/** Where things are; all paths absolute or relative to the working directory. */
export interface Places {
  /** The entry file of the schema. */
  readonly entry: string;
  readonly exceptions: string;
  /** Folder below which the generated files lie. */
  readonly root: string;
}

/** The places in this repository, found from where this file lies: packages/schema/dist. */
export function repositoryPlaces(): Places {
  const schema = resolve(import.meta.dirname, '..');
  const local = (name: string): string => relative(process.cwd(), resolve(schema, name));
  return {
    entry: local('guest-agent/guest-agent.json'),
    exceptions: local('exceptions.json'),
    root: resolve(schema, '../..'),
  };
}

/** All generated files: path below the root to contents. Exported for tests. */
export function emitAll(model: Model): ReadonlyMap<string, string> {
  const folder = 'packages/protocol/src/generated';
  return new Map([
    [`${folder}/types.ts`, emitTypes(model)],
    [`${folder}/commands.ts`, emitCommands(model, OUR_PLATFORM)],
    [`${folder}/tables.ts`, emitTables(model)],
    [`${folder}/docs.ts`, emitDocs(model)],
    ['docs/reference.md', emitReference(model)],
  ]);
}

/**
 * Writes the generated files that have changed, or with `check` only names them. Returns the exit status: 1 for stale files.
 * Throws SchemaError and system errors.
 */
export function generate(options: { readonly check: boolean }, places: Places, output: Output): number {
  const { schema, warnings } = compile(places.entry, readText);
  for (const warning of warnings) output.err(`${formatProblem('warning', warning)}\n`);
  const exceptions = readExceptions(new Source(places.exceptions, readText(places.exceptions)), schema);
  const files = emitAll(new Model(schema, exceptions));
  const stale = [...files].filter(([path, text]) => existingText(resolve(places.root, path)) !== text);
  if (options.check) {
    for (const [path] of stale) output.err(`${path} is stale: run "npm run generate"\n`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(resolve(places.root, path)), { recursive: true });
    writeFileSync(resolve(places.root, path), text);
    output.out(`wrote ${path}\n`);
  }
  output.out(`${summary(schema)}; ${plural(warnings.length, 'warning')}; ${plural(stale.length, 'file')} written\n`);
  return 0;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function existingText(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    // Not there yet, or unreadable, in which case writing will say so.
    return undefined;
  }
}
