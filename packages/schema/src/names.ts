import type { Position, Scope } from './source.js';

/** Optional vendor prefix such as `__com.example_`. */
const VENDOR = '(?:__[a-z0-9.-]+_)?';
const MEMBER = new RegExp(`^${VENDOR}[A-Za-z][A-Za-z0-9_-]*$`);
const ENUM_VALUE = new RegExp(`^${VENDOR}[A-Za-z0-9][A-Za-z0-9_-]*$`);
const TYPE = new RegExp(`^${VENDOR}[A-Z][A-Za-z0-9]*$`);
const COMMAND = new RegExp(`^${VENDOR}[a-z][a-z0-9_-]*$`);
const EVENT = new RegExp(`^${VENDOR}[A-Z][A-Z0-9_]*$`);

/** Throws for a type name that is not CamelCase. */
export function checkTypeName(name: string, position: Position, scope: Scope): void {
  if (!TYPE.test(name)) throw scope.error(position, `type name '${name}' is not CamelCase`);
}

/** Throws for an event name with small letters or hyphens. */
export function checkEventName(name: string, position: Position, scope: Scope): void {
  if (!EVENT.test(name)) throw scope.error(position, `event name '${name}' is not in CAPITALS_WITH_UNDERSCORES`);
}

/** Throws for illegal characters; an underscore that no pragma excuses is a warning. */
export function checkCommandName(name: string, position: Position, excused: boolean, scope: Scope): void {
  if (!COMMAND.test(name)) throw scope.error(position, `command name '${name}' is not lower-case-with-hyphens`);
  if (!excused && withoutVendor(name).includes('_')) {
    scope.warn(position, `'_' in the command's name; where it must stay, list it in pragma 'command-name-exceptions'`);
  }
}

/** `what` is «member», «value», «branch» or «feature»; values may begin with a digit. */
export function checkMemberName(name: string, what: string, position: Position, excused: boolean, scope: Scope): void {
  const pattern = what === 'value' ? ENUM_VALUE : MEMBER;
  if (!pattern.test(name)) throw scope.error(position, `'${name}' is not a valid ${what} name`);
  if (!excused && /[A-Z_]/.test(withoutVendor(name))) {
    const advice = "where it must stay, list the definition in pragma 'member-name-exceptions'";
    scope.warn(position, `${what} name '${name}' is not lower-case-with-hyphens; ${advice}`);
  }
}

function withoutVendor(name: string): string {
  return name.replace(new RegExp(`^${VENDOR}`), '');
}
