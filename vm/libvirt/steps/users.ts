import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { query } from './step.js';
import type { Guest, Step } from './step.js';

const FIRST = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFirstFirstFirstFirstFirst first@host';
const SECOND = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABSecondSecondSecond second@host';
const KEY_FILE = '/home/tester/.ssh/authorized_keys';
const PASSWORD = 'correct horse: "battery" \\ staple';

/** Passwords and keys of a user who is not root. */
export const users: readonly Step[] = [
  {
    name: 'set-user-password tester PASSWORD',
    run: async (guest) => {
      const text = await guest.call('set-user-password', 'tester', PASSWORD);
      await checkPassword(guest, PASSWORD);
      return text;
    },
  },
  {
    name: 'set-user-password tester HASH --encrypted',
    run: async (guest) => {
      const hash = await guest.control().output('mkpasswd -m sha512 -S saltsalt other');
      const text = await guest.call('set-user-password', 'tester', hash, '--encrypted');
      assert.match(await guest.control().output('grep ^tester: /etc/shadow'), new RegExp(`^tester:${quote(hash)}:`));
      await checkPassword(guest, 'other');
      return text;
    },
  },
  query('set-user-password nobody-of-that-name secret'),
  query('set-user-password tes:ter secret'),
  query('get-user-sshkeys tester'),
  keys('two keys, where there was no file', [FIRST, SECOND], [], `${FIRST}\n${SECOND}`),
  keys('a key that is there already', [SECOND], [], `${FIRST}\n${SECOND}`),
  keys('--remove', [FIRST], ['--remove'], SECOND),
  keys('--reset', [FIRST], ['--reset'], FIRST),
  keys('a comment for a key', ['# not a key'], [], FIRST),
  query('get-user-sshkeys nobody-of-that-name'),
  {
    name: 'set-user-sshkeys tester --reset, without keys',
    run: async (guest) => {
      const text = await guest.call('set-user-sshkeys', 'tester', '--reset');
      assert.equal(await guest.control().output(`cat ${KEY_FILE}`), '');
      return `${text}\n${await guest.call('get-user-sshkeys', 'tester')}`;
    },
  },
];

/** @param content what the file has to be afterwards */
function keys(what: string, list: readonly string[], options: readonly string[], content: string): Step {
  return {
    name: `set-user-sshkeys tester: ${what}`,
    run: async (guest) => {
      const file = join(guest.folder, 'keys');
      await writeFile(file, `${list.join('\n')}\n`);
      const text = await guest.call('set-user-sshkeys', 'tester', '--file', file, ...options);
      assert.equal(await guest.control().output(`cat ${KEY_FILE}`), content);
      const owners = await guest.control().output(`stat -c '%u:%g %a' /home/tester/.ssh ${KEY_FILE}`);
      assert.equal(owners, '1000:1000 700\n1000:1000 600', 'owner and permissions');
      return `${text}\n${await guest.call('get-user-sshkeys', 'tester')}`;
    },
  };
}

/** `su`, called by somebody who has to give the password, lets in with this one and with no other. */
async function checkPassword(guest: Guest, password: string): Promise<void> {
  const enter = (word: string): string => `printf '%s\\n' '${word}' | su nobody -c 'su tester -c "id -un"'`;
  const right = await guest.control().run(enter(password));
  assert.match(right.output, /^tester$/m, `su with the new password: ${right.output}`);
  const wrong = await guest.control().run(enter(`${password}x`));
  assert.notEqual(wrong.code, 0, 'su takes any password');
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
