import { AgentError, concatBytes, encodeModifiedUtf8 } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';

const LINE_FEED = 0x0a;

export const passwordCommands = {
  'guest-set-user-password': {
    async run({ username, password, crypted }, { guard, helpers }) {
      guard.checkUser('password-users', username);
      const secret = upToNul(password.decode());
      // a line more would be another user's password
      if (secret.includes(LINE_FEED)) throw new AgentError('forbidden characters in raw password');
      if (/[\n:]/.test(username)) throw new AgentError('forbidden characters in username');
      const line = concatBytes([encodeModifiedUtf8(`${username}:`), secret, Uint8Array.of(LINE_FEED)]);
      await helpers.run('set user password', 'chpasswd', crypted ? ['-e'] : [], line);
      return {};
    },
  },
} satisfies Partial<CommandSet>;

/** chpasswd reads C strings; QEMU ends the password at a NUL as well. */
function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
