import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import type { Scenario } from './scenario.js';

const user = { username: 'ann' };
const path = '/run/ann/.ssh/authorized_keys';

/** Keys of a user other than root: the file and its directory become the user's. */
export const keys: Scenario = {
  name: 'guest-ssh keys belong to the user',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await line.sync();
      await machine.control.output(
        'mkdir /run/ann; chown 1234:1235 /run/ann; echo ann:x:1234:1235::/run/ann:/bin/sh >> /etc/passwd',
      );
      await line.command('guest-ssh-add-authorized-keys', { ...user, keys: ['k1', 'k2'] });
      const owners = await machine.control.output(`stat -c '%u:%g %a' /run/ann/.ssh ${path}`);
      assert.equal(owners, '1234:1235 700\n1234:1235 600');
      await line.command('guest-ssh-remove-authorized-keys', { ...user, keys: ['k1'] });
      assert.deepEqual(await line.command('guest-ssh-get-authorized-keys', user), { keys: ['k2'] });
    }),
};

/** The password reaches the system's program, and its failure comes back in its words. */
export const password: Scenario = {
  name: 'guest-set-user-password calls chpasswd',
  notFor: { qemu: 'older agents throw the output of their helpers away' },
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await line.sync();
      const args = { ...user, password: Buffer.from('p:w').toString('base64') };
      await line.command('guest-set-user-password', { ...args, crypted: true });
      assert.equal(await machine.control.output('cat /run/chpasswd-called'), '-e ann:p:w');
      await machine.control.output('touch /run/chpasswd-fails');
      const { desc } = await line.failure('guest-set-user-password', { ...args, crypted: false });
      assert.equal(desc, 'child process has failed to set user password: no such user\n');
    }),
};
