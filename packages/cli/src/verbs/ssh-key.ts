import { readFileSync } from 'node:fs';
import { perGuest } from '../per-guest.js';
import { UsageError } from '../usage-error.js';
import type { Given } from '../verb.js';

interface Options {
  readonly reset?: boolean;
}

const ACTIONS = ['ls', 'add', 'rm'];

/** A user's authorized_keys in the guest. */
export const verb = perGuest({
  setUp: (command) => {
    command.argument('<ACTION>', 'ls, add or rm').argument('<USER>', 'whose keys');
    command.argument(
      '[KEYS...]',
      "public keys, each as text or as @FILE (of this machine); rm also takes a key's comment",
    );
    command.option('--reset', 'add: take away all other keys');
  },
  ask: async (guest, given: Given<Options>) => {
    const [action = '', username = '', ...words] = given.words;
    if (!ACTIONS.includes(action)) throw new UsageError(`ssh-key wants ls, add or rm, not '${action}'`);
    if (action === 'add') {
      const reset = given.options.reset === true ? { reset: true } : {};
      await guest.call('guest-ssh-add-authorized-keys', { username, keys: readKeys(words), ...reset });
    } else if (action === 'rm') {
      const { keys: present } = await guest.call('guest-ssh-get-authorized-keys', { username });
      const keys = readKeys(words).map(
        (word) => present.find((key) => key.split(' ').slice(2).join(' ') === word) ?? word,
      );
      await guest.call('guest-ssh-remove-authorized-keys', { username, keys });
    }
    return guest.call('guest-ssh-get-authorized-keys', { username });
  },
  show: ({ keys }) => ({
    head: ['TYPE', 'KEY', 'COMMENT'],
    rows: keys.map((key) => {
      const [type = '', body = '', ...comment] = key.split(' ');
      return [type, body.length > 24 ? `…${body.slice(-23)}` : body, comment.join(' ')];
    }),
    notes: keys.length === 0 ? ['no keys'] : [],
  }),
});

function readKeys(words: readonly string[]): string[] {
  if (words.length === 0) throw new UsageError('which keys? give them as text or as @FILE');
  return words.flatMap((word) => (word.startsWith('@') ? readLines(word.slice(1)) : [word]));
}

function readLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
