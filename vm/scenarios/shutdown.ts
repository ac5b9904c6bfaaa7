import assert from 'node:assert/strict';
import { withLine } from '../machine/agent-line.js';
import type { AgentLine } from '../machine/agent-line.js';
import type { Machine } from '../machine/machine.js';
import { limits, until, within } from '../time.js';
import type { Scenario } from './scenario.js';

/** Powers the machine off. */
export const powerdown: Scenario = endsMachine('powerdown', 'guest-shutdown');

/** Restarts the machine, which ends QEMU under -no-reboot. */
export const reboot: Scenario = endsMachine('reboot', 'guest-reset');

/** Halts the machine: the processor stops, QEMU does not. */
export const halt: Scenario = {
  name: 'guest-shutdown, mode halt',
  run: (machine) =>
    withLine(machine.virtioLine, async (line) => {
      await requestShutdown(line, 'halt');
      const halted = async (): Promise<boolean> => (await machine.console()).includes('System halted');
      await until(halted, limits.shutdown, 'halted machine');
      await checkProgram(machine);
      await checkSilence(line, machine.end());
    }),
};

function endsMachine(mode: string, reason: string): Scenario {
  return {
    name: `guest-shutdown, mode ${mode}`,
    run: (machine) =>
      withLine(machine.virtioLine, async (line) => {
        await requestShutdown(line, mode);
        const event = await machine.qmp.event('SHUTDOWN', () => true, limits.shutdown);
        assert.deepEqual(event.data, { guest: true, reason });
        await checkSilence(line, within(machine.ended, limits.shutdown, 'end of QEMU'));
        await checkProgram(machine);
      }),
  };
}

async function requestShutdown(line: AgentLine, mode: string): Promise<void> {
  await line.sync(limits.firstReply);
  line.send('guest-shutdown', { mode });
}

/** Success has no reply: not one byte may come until QEMU is gone. */
async function checkSilence(line: AgentLine, end: Promise<unknown>): Promise<void> {
  const [bytes] = await Promise.all([line.untilEnd(limits.shutdown), end]);
  assert.equal(bytes.toString('latin1'), '', 'bytes in answer to guest-shutdown');
}

/** The agent asks the system; it does not pull the plug itself. */
async function checkProgram(machine: Machine): Promise<void> {
  assert.match(await machine.console(), /program called: \/sbin\/(poweroff|halt|reboot|shutdown)/);
}
