import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Scenario } from './scenario.js';

/** Every filesystem is trimmed, and QEMU's disks can be. */
export const trim: Scenario = {
  name: 'guest-fstrim trims the disks',
  needs: 'guest-fstrim',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await line.sync();
      const paths = elements(members(await line.command('guest-fstrim'))['paths']).map(members);
      for (const path of ['/mnt/data', '/mnt/more', '/mnt/loop']) {
        const result = paths.find((one) => one['path'] === path);
        assert.equal(typeof result?.['trimmed'], 'number', `${path}: ${JSON.stringify(result)}`);
        assert.equal(typeof result?.['minimum'], 'number');
      }
      const refused = elements(members(await line.command('guest-fstrim', { minimum: -1 }))['paths']).map(members);
      const error = 'failed to trim: Invalid argument';
      assert.deepEqual(
        refused,
        paths.map(({ path }) => ({ path, error })),
      );
    }),
};
