import { withLine } from '../machine/agent-line.js';
import { limits } from '../time.js';
import type { Scenario } from './scenario.js';

/** Libvirt tells from QEMU's event whether an agent is there, so it has to open the port and keep it open. */
export const portOpens: Scenario = {
  name: 'the agent opens the virtio port and answers',
  run: async (machine) => {
    await machine.qmp.event('VSERPORT_CHANGE', isAgentOpen, limits.firstReply);
    await withLine(machine.virtioLine, (line) => line.sync(limits.firstReply));
  },
};

/** Whether the data of VSERPORT_CHANGE say that the agent has opened its port. */
export function isAgentOpen(data: { readonly [key: string]: unknown }): boolean {
  return data['id'] === 'virtio-port' && data['open'] === true;
}

/** Whether the data of VSERPORT_CHANGE say that nobody has the agent's port open any more. */
export function isAgentClosed(data: { readonly [key: string]: unknown }): boolean {
  return data['id'] === 'virtio-port' && data['open'] === false;
}
