import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CommandError, connect } from '../dist/node/index.js';
import { agents, startAgent } from './running-agent.js';

for (const { name, command } of agents) {
  await test(`with ${name}`, async (t) => {
    const agent = await startAgent(command);
    const guest = await connect({ path: agent.socket });

    await t.test('calls', async () => {
      const info = await guest.call('guest-info');
      assert.ok(info.supported_commands.some((entry) => entry.name === 'guest-ping' && entry.enabled));
      assert.deepEqual(await guest.call('guest-ping'), {});
      assert.equal(await guest.call('guest-sync', { id: -(2n ** 63n) }), -(2n ** 63n));
      assert.equal(await guest.call('guest-fsfreeze-status'), 'thawed');
      await assert.rejects(guest.call('guest-file-close', { handle: 99 }), CommandError);
    });

    await t.test('a file, piece by piece', async () => {
      const path = join(agent.folder, 'pieces');
      const file = await guest.openFile(path, 'w+');
      await file.write(Buffer.from('hello, guest'));
      assert.equal(await file.seek(-5, 'end'), 7);
      const { bytes } = await file.read(100);
      assert.equal(Buffer.from(bytes).toString(), 'guest');
      await file.flush();
      await file.close();
      assert.equal(readFileSync(path, 'utf8'), 'hello, guest');
      await assert.rejects(file.read(), CommandError);
    });

    await t.test('whole files, larger than one request', async () => {
      const path = join(agent.folder, 'whole');
      const bytes = Uint8Array.from({ length: 2_500_001 }, (_, at) => (at * 7) % 251);
      await guest.writeFile(path, bytes);
      assert.ok(Buffer.from(bytes).equals(readFileSync(path)));
      assert.ok(Buffer.from(bytes).equals(await guest.readFile(path)));
    });

    await t.test('the largest read that the protocol allows', async () => {
      const count = 48 * 1024 * 1024;
      const file = await guest.openFile('/dev/zero');
      const { bytes } = await file.read(count);
      assert.equal(bytes.length, count);
      await file.close();
    });

    guest.close();
    await agent.stop();
  });
}
