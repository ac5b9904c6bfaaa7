import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Scenario } from './scenario.js';

/** What is mounted, how full it is, and that a loop device has no disk of its own. */
export const filesystems: Scenario = {
  name: 'guest-get-fsinfo tells what is mounted',
  needs: 'guest-get-fsinfo',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const found = elements(await line.command('guest-get-fsinfo')).map(members);
      for (const [mountpoint, name, disks] of [
        ['/mnt/data', 'vda', 1],
        ['/mnt/more', 'vdb', 1],
        ['/mnt/loop', 'loop0', 0],
      ]) {
        const one = found.find((candidate) => candidate['mountpoint'] === mountpoint);
        assert.ok(one, JSON.stringify(found));
        assert.equal(one['name'], name);
        assert.equal(one['type'], 'ext4');
        assert.equal(elements(one['disk']).length, disks);
        const room = await control.output(`stat -f -c '%S %b %f' ${mountpoint}`);
        const [size = 0, blocks = 0, free = 0] = room.split(' ').map(Number);
        assert.equal(one['used-bytes'], size * (blocks - free));
        assert.ok(Number(one['total-bytes']) <= size * blocks);
      }
    }),
};
