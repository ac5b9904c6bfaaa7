import { ownMembers } from './definition.js';
import type { Definition } from './definition.js';
import type { DocBlock } from './doc.js';
import type { Pragmas } from './load.js';
import type { Position } from './source.js';

interface Documentable {
  readonly name: string;
  readonly position: Position;
}

/**
 * Compares documentation with what it documents. Differences are warnings; only where pragma `doc-required` is on, missing
 * documentation is a SchemaError.
 */
export function checkDocumentation(definition: Definition, pragmas: Pragmas): void {
  const { doc, scope, name, position } = definition;
  const excused = pragmas.documentationExceptions.has(name);
  const required = pragmas.docRequired && !excused;
  if (doc === undefined) {
    if (required) throw scope.error(position, 'documentation is missing (pragma doc-required)');
    return;
  }
  if (doc.name !== name) scope.warn(doc.position, `documentation is headed '@${doc.name}'`);
  const parts = documentable(definition);
  reportUnknown(definition, doc, parts);
  for (const part of parts) {
    const documented = doc.sections.some((section) => section.kind === 'member' && section.name === part.name);
    if (documented || excused) continue;
    const reason = `'${part.name}' is not documented`;
    if (required) throw scope.error(part.position, reason);
    scope.warn(part.position, reason);
  }
}

function documentable(definition: Definition): readonly Documentable[] {
  if (definition.kind === 'enum') return definition.values;
  if (definition.kind === 'alternate') return definition.branches;
  return ownMembers(definition);
}

function reportUnknown(definition: Definition, doc: DocBlock, parts: readonly Documentable[]): void {
  const { scope, features } = definition;
  const seen = new Set<string>();
  for (const { kind, name, position } of doc.sections) {
    if (kind !== 'member' && kind !== 'feature') continue;
    if (seen.has(`${kind} ${name}`)) scope.warn(position, `'@${name}' is documented twice`);
    seen.add(`${kind} ${name}`);
    // Branches of a union may be described although each has a type that tells the same.
    const known: readonly { name: string }[] = kind === 'member' ? parts : features;
    const branches = definition.kind === 'union' ? definition.branches : [];
    if ([...known, ...branches].every((part) => part.name !== name)) {
      scope.warn(position, `documents ${kind} '${name}', which does not exist`);
    }
  }
}
