import type { ListValue, ObjectValue, StringValue, Value } from './parser.js';
import type { Scope } from './source.js';

/** Throws for a key that is not among `known`. */
export function checkKeys(object: ObjectValue, known: readonly string[], scope: Scope): void {
  for (const field of object.fields.values()) {
    if (known.includes(field.key)) continue;
    throw scope.error(field.position, `unknown key '${field.key}' (known: '${known.join("', '")}')`);
  }
}

/** The value of a key that must be there. */
export function need(object: ObjectValue, key: string, scope: Scope): Value {
  const field = object.fields.get(key);
  if (field === undefined) throw scope.error(object.position, `key '${key}' is missing`);
  return field.value;
}

/** The value as a string. Throws for anything else; `what` names the value in the message, for example «'base'». */
export function asString(value: Value, what: string, scope: Scope): StringValue {
  if (value.kind !== 'string') throw scope.error(value.position, `${what} must be a string`);
  return value;
}

/** As {@link asString}, for an object. */
export function asObject(value: Value, what: string, scope: Scope): ObjectValue {
  if (value.kind !== 'object') throw scope.error(value.position, `${what} must be an object`);
  return value;
}

/** As {@link asString}, for a list. */
export function asList(value: Value, what: string, scope: Scope): ListValue {
  if (value.kind !== 'list') throw scope.error(value.position, `${what} must be a list`);
  return value;
}

/** As {@link asString}, for true and false. */
export function asBool(value: Value, what: string, scope: Scope): boolean {
  if (value.kind !== 'bool') throw scope.error(value.position, `${what} must be true or false`);
  return value.value;
}

/**
 * A flag of a definition that may only be given its unusual value. Returns the value in force.
 */
export function flag(object: ObjectValue, key: string, unusual: boolean, scope: Scope): boolean {
  const field = object.fields.get(key);
  if (field === undefined) return !unusual;
  if (asBool(field.value, `'${key}'`, scope) !== unusual) {
    throw scope.error(field.value.position, `'${key}' may only be ${unusual}, which is not its default`);
  }
  return unusual;
}
