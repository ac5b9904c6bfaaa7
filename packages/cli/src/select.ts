import { readConfig } from './config.js';
import type { FoundGuest } from './discover/found-guest.js';
import { discover } from './discover/index.js';
import type { GlobalOptions } from './globals.js';
import { didYouMean } from './suggest.js';
import { UsageError } from './usage-error.js';

/** A guest to work on: what to call it, and where it is. */
export interface Selected {
  readonly name: string;
  /** as the library's `connect` takes it */
  readonly target: string;
}

/** What was selected. */
export interface Selection {
  readonly guests: readonly Selected[];
  /** whether several were asked for, even if only one was found: output then says whose it is */
  readonly many: boolean;
}

const PATTERN = /[*?]/;

/** A word that says where a guest is rather than what it is called. */
const TARGET = /^(?:unix|tcp|vsock|hvsock|libvirt|ssh|exec):|\//;

/** @returns the guests of the configuration and of this machine; a name of the configuration hides one that was found */
export function allGuests(): FoundGuest[] {
  const named = Object.entries(readConfig().guests).map(([name, target]): FoundGuest => ({
    name,
    from: 'config',
    target,
  }));
  const taken = new Set(named.map(({ name }) => name));
  return [...named, ...discover().filter(({ name }) => !taken.has(name))];
}

/**
 * Finds out which guests are meant: by -s, by -g, by the environment, by the configuration's default.
 * @throws UsageError when none is, or one that is not known
 */
export function selectGuests({ guest = [], socket }: GlobalOptions): Selection {
  const own: Selected[] = socket === undefined ? [] : [{ name: socket, target: socket }];
  const words = guest.flatMap((word) => (TARGET.test(word) ? [word] : word.split(','))).filter((word) => word !== '');
  const found = words.flatMap(byWord);
  const guests = [...own, ...found];
  if (guests.length === 0) return { guests: [usualGuest()], many: false };
  const unique = guests.filter(({ target }, at) => guests.findIndex((other) => other.target === target) === at);
  return { guests: unique, many: own.length + words.length > 1 || words.some((word) => isPattern(word)) };
}

function isPattern(word: string): boolean {
  return PATTERN.test(word) && !TARGET.test(word);
}

function byWord(word: string): Selected[] {
  if (TARGET.test(word)) return [{ name: word, target: word }];
  if (isPattern(word)) return byPattern(word);
  // the configuration alone is quick to read
  const named = readConfig().guests[word];
  if (named !== undefined) return [{ name: word, target: named }];
  const known = allGuests();
  const found = known.find(({ name }) => name === word);
  if (found !== undefined) return [reachable(found)];
  const guess = didYouMean(
    word,
    known.map(({ name }) => name),
  );
  throw new UsageError(`no guest is called '${word}'${guess || '; qga ls lists those that are'}`);
}

function byPattern(pattern: string): Selected[] {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const wanted = new RegExp(`^${body}$`);
  const found = allGuests().filter(({ name, target }) => wanted.test(name) && target !== undefined);
  if (found.length === 0) throw new UsageError(`no guest fits '${pattern}'; qga ls lists them`);
  return found.map(reachable);
}

function reachable({ name, target, note }: FoundGuest): Selected {
  if (target === undefined) throw new UsageError(`${name} cannot be reached: ${note ?? 'no channel'}`);
  return { name, target };
}

function usualGuest(): Selected {
  const word = [process.env['QGA_GUEST'], process.env['QGA_SOCKET'], readConfig().default].find(
    (text) => text !== undefined && text !== '',
  );
  if (word === undefined) {
    throw new UsageError('which guest? qga -g NAME, or -s SOCKET, or set QGA_GUEST; qga ls lists them');
  }
  const [found] = byWord(word);
  return found ?? { name: word, target: word };
}
