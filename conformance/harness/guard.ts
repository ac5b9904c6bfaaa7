import { isHarmlessExec } from './guard-exec.js';

/**
 * The agents under test run on this very machine, as root. A case that would stop, freeze or change it must not leave the harness, however it came
 * to be written. The rules ask for proof of harmlessness, so that what cannot be read as JSON is refused as well.
 */

const NEVER = /guest-(suspend|set-vcpus|set-memory-blocks|fsfreeze-freeze(?!-list))/;
const ONLY_WITH_BAD_ARGUMENTS = /guest-(shutdown|fsfreeze-freeze-list|fstrim|set-time|set-user-password|ssh-)/;
const ONLY_HARMLESS_PROGRAMS = /guest-exec(?!-status)/;
const SHUTDOWN_MODES = ['', 'halt', 'powerdown', 'reboot'];
/** Names of users that no system has: nobody's keys are read or written. */
const NOBODY = /^no-such-user(-|$)/;
/** What no decoder of base64 lets pass. */
const NO_BASE64 = /[!*]/;

/**
 * Refuses bytes that could harm the machine.
 *
 * @param text everything that a case sends, as one text
 * @throws Error when it is not provably harmless
 */
export function assertHarmless(text: string): void {
  const plain = text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const never = NEVER.exec(plain);
  if (never) throw new Error(`refused to send ${never[0]} to an agent on this machine`);
  if (!ONLY_WITH_BAD_ARGUMENTS.test(plain) && !ONLY_HARMLESS_PROGRAMS.test(plain)) return;
  if (!isHarmlessRequest(text)) throw new Error(`refused to send ${text.slice(0, 200)} to an agent on this machine`);
}

function isHarmlessRequest(text: string): boolean {
  const message = parse(text);
  if (!isRecord(message)) return false;
  if (message['execute'] === 'guest-exec' && message['arguments'] === undefined) return true;
  if (!isRecord(message['arguments'])) return false;
  const args = message['arguments'];
  if (message['execute'] === 'guest-shutdown') return isBadMode(args['mode']);
  if (message['execute'] === 'guest-fsfreeze-freeze-list') return isBadMountpoints(args['mountpoints']);
  if (message['execute'] === 'guest-fstrim') return isBadMinimum(args['minimum']);
  if (message['execute'] === 'guest-set-time') return isBadTime(args['time']);
  if (message['execute'] === 'guest-set-user-password') return isBadPassword(args);
  if (/^guest-ssh-/.test(String(message['execute']))) return isNobody(args['username']);
  if (message['execute'] === 'guest-exec') return isHarmlessExec(text, args);
  return false;
}

/** Null and absence are left out here as well: without a time the clock is set from the hardware. */
function isBadTime(time: unknown): boolean {
  return typeof time === 'string' || typeof time === 'boolean' || typeof time === 'object' ? time !== null : false;
}

/** One of the three cannot be used, however lenient an agent is. */
function isBadPassword({ username, password, crypted }: Record<string, unknown>): boolean {
  if (!isNobody(username)) return false;
  return typeof password !== 'string' || typeof crypted !== 'boolean' || NO_BASE64.test(password);
}

/** A user's name is a text; anything else names nobody. */
function isNobody(username: unknown): boolean {
  return typeof username !== 'string' || NOBODY.test(username);
}

/** Null and absence are left out on purpose: an agent could take them for the default, which is to power down. */
function isBadMode(mode: unknown): boolean {
  if (mode === undefined || mode === null) return false;
  return typeof mode !== 'string' || !SHUTDOWN_MODES.includes(mode.trim().toLowerCase());
}

function isBadMountpoints(mountpoints: unknown): boolean {
  if (mountpoints === undefined || mountpoints === null) return false;
  return !Array.isArray(mountpoints) || mountpoints.every((element) => typeof element !== 'string');
}

/** Only what no reader of numbers could take for one: text with a digit in it is left out as well. */
function isBadMinimum(minimum: unknown): boolean {
  if (typeof minimum === 'string') return /^[a-z]+$/i.test(minimum);
  return minimum === true || (typeof minimum === 'object' && minimum !== null);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
