import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import { elements, members } from '../machine/json.js';
import type { Scenario } from './scenario.js';

/** A processor goes off line and comes back. */
export const vcpus: Scenario = {
  name: 'guest-set-vcpus takes a processor off line and back',
  needs: 'guest-set-vcpus',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      for (const online of [false, true]) {
        const wanted = { 'logical-id': 1, online };
        assert.equal(await line.command('guest-set-vcpus', { vcpus: [wanted] }), 1);
        assert.equal(await control.output('cat /sys/devices/system/cpu/cpu1/online'), online ? '1' : '0');
        const seen = elements(await line.command('guest-get-vcpus')).map(members);
        assert.deepEqual(
          seen.find((one) => one['logical-id'] === 1),
          { ...wanted, 'can-offline': true },
        );
      }
    }),
};
