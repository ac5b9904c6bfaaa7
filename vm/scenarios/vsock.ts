import assert from 'node:assert/strict';
import { limits, until } from '../time.js';
import type { Scenario } from './scenario.js';

/**
 * Two clients inside the machine, over the loopback of vsock (there is no vsock to the host without a kernel module
 * there). The second connects while the first is being served; an agent may serve both or one after the other, but
 * each has to get its own reply.
 */
export const vsock: Scenario = {
  name: 'two clients at once over vsock',
  run: async ({ control }) => {
    await control.output([client(1, 2), client(2, 1), 'true'].join('\n'));
    const finished = (): Promise<boolean> => control.succeeds('test -e /run/vsock-1.done -a -e /run/vsock-2.done');
    await until(finished, limits.firstReply, 'end of both clients');
    for (const number of [1, 2]) {
      assert.equal(await control.output(`cat /run/vsock-${number}.out`), `{"return": ${number}}\n{"return": {}}`);
    }
  },
};

/** Shell text of a client in the background that sends two commands and stays for some seconds. */
function client(number: number, seconds: number): string {
  const commands = `{"execute":"guest-sync","arguments":{"id":${number}}}\\n{"execute":"guest-ping"}\\n`;
  const socat = 'socat -t 10 - VSOCK-CONNECT:1:1234';
  const files = `>/run/vsock-${number}.out 2>/run/vsock-${number}.err`;
  return `( { printf '${commands}'; sleep ${seconds}; } | ${socat} ${files}; : >/run/vsock-${number}.done ) &`;
}
