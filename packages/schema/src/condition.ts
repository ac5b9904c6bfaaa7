import type { Value } from './parser.js';
import { asList } from './shape.js';
import type { Scope } from './source.js';

/** An `if`: when a definition or member is part of a build. */
export type Condition =
  | { readonly kind: 'define'; readonly name: string }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition };

/** Reads the value of an `if` key. */
export function parseCondition(value: Value, scope: Scope): Condition {
  if (value.kind === 'string') {
    if (/^[A-Z][A-Z0-9_]*$/.test(value.value)) return { kind: 'define', name: value.value };
    throw scope.error(value.position, `'if' condition '${value.value}' is not a name in capitals`);
  }
  const [field, surplus] = value.kind === 'object' ? value.fields.values() : [];
  if (field === undefined || surplus !== undefined) {
    throw scope.error(value.position, "'if' must be a string or an object with one of 'all', 'any', 'not'");
  }
  if (field.key === 'not') return { kind: 'not', of: parseCondition(field.value, scope) };
  if (field.key !== 'all' && field.key !== 'any') {
    throw scope.error(field.position, `unknown key '${field.key}' in 'if' (known: 'all', 'any', 'not')`);
  }
  const list = asList(field.value, `'${field.key}'`, scope);
  if (list.items.length === 0) throw scope.error(list.position, `'${field.key}' needs at least one condition`);
  return { kind: field.key, of: list.items.map((item) => parseCondition(item, scope)) };
}

/** Whether a build that defines `defines` contains it; no condition means always. */
export function holds(condition: Condition | undefined, defines: ReadonlySet<string>): boolean {
  if (condition === undefined) return true;
  if (condition.kind === 'define') return defines.has(condition.name);
  if (condition.kind === 'not') return !holds(condition.of, defines);
  if (condition.kind === 'all') return condition.of.every((part) => holds(part, defines));
  return condition.of.some((part) => holds(part, defines));
}

/** All names that occur in a condition. */
export function definesOf(condition: Condition | undefined): string[] {
  if (condition === undefined) return [];
  if (condition.kind === 'define') return [condition.name];
  return condition.kind === 'not' ? definesOf(condition.of) : condition.of.flatMap(definesOf);
}

/** As text: `CONFIG_LINUX`, `any(A, not(B))`. */
export function conditionText(condition: Condition): string {
  if (condition.kind === 'define') return condition.name;
  const parts = condition.kind === 'not' ? [condition.of] : condition.of;
  return `${condition.kind}(${parts.map(conditionText).join(', ')})`;
}
