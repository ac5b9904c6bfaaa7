import { check } from './check.js';
import { checkDocumentation } from './documented.js';
import { load } from './load.js';
import type { ReadText } from './load.js';
import { resolve } from './resolve.js';
import type { Schema } from './schema.js';
import { Scope } from './source.js';
import type { Problem } from './source.js';

/** A usable schema and what is odd about it, warnings in the order of the text. */
export interface Compiled {
  readonly schema: Schema;
  readonly warnings: readonly Problem[];
}

/**
 * All stages in front of the emitters: a path in, a resolved schema out. Throws SchemaError for a bad schema and what
 * `read` throws for the entry file.
 */
export function compile(path: string, read: ReadText): Compiled {
  const scope = new Scope([]);
  const loaded = load(path, read, scope);
  const definitions = check(loaded, scope);
  const schema = resolve(definitions, loaded);
  for (const definition of definitions) checkDocumentation(definition, loaded.pragmas);
  return { schema, warnings: inTextOrder(scope.warnings) };
}

/** The stages find things in their own order; a person mends a file from top to bottom. */
function inTextOrder(warnings: readonly Problem[]): Problem[] {
  const sources = [...new Set(warnings.map((warning) => warning.position.source))];
  return [...warnings].sort(
    ({ position: a }, { position: b }) =>
      sources.indexOf(a.source) - sources.indexOf(b.source) || a.line - b.line || a.column - b.column,
  );
}
