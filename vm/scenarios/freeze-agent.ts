import { withLine } from '../machine/agent-line.js';
import type { AgentLine } from '../machine/agent-line.js';
import type { Machine } from '../machine/machine.js';
import { limits, until } from '../time.js';

/** Everything a scenario did to the hook and the agent is undone. */
const cleanUp = `
  kill -9 $(cat /run/agent/virtio.pid)
  rm -f /run/hook-body /run/agent-options /run/hook-began
  for folder in /mnt/data /mnt/more /mnt/loop; do fsfreeze --unfreeze $folder; done
  rm -f /run/agent/virtio/qga.state.isfrozen /run/agent/virtio/qga.state.thawed /mnt/data/hook.log
  true`;

/** How the agent and its hook are to be. */
export interface AgentSetup {
  /** long options of our agent; QEMU's is started without */
  readonly options?: string;
  /** shell text that the hook runs, with `$1` as its argument */
  readonly hook?: string;
}

/** Starts the agent with a setup of the scenario's own, hands its line over, and leaves a plain agent behind. */
export async function withAgent(
  machine: Machine,
  { options = '', hook = '' }: AgentSetup,
  use: (line: AgentLine) => Promise<void>,
): Promise<void> {
  const { control } = machine;
  await control.run(cleanUp);
  await agentEnded(machine);
  await control.output(`echo '${options}' >/run/agent-options\ncat >/run/hook-body <<'END'\n${hook}\nEND`);
  try {
    await startAgain(machine);
    await withLine(machine.virtioLine, async (line) => {
      await line.sync(limits.firstReply);
      await use(line);
    });
  } finally {
    await control.run(cleanUp);
    await agentEnded(machine);
    await startAgain(machine);
  }
}

/** Ends the agent by a signal and waits for its end. */
export async function endAgent(machine: Machine, signal: 'KILL' | 'TERM'): Promise<void> {
  await machine.control.output(`kill -${signal} $(cat /run/agent/virtio.pid)`);
  await agentEnded(machine);
}

/** Starts the agent that was ended. */
export async function startAgain(machine: Machine): Promise<void> {
  await machine.control.output('start-agent virtio');
  await agentOpened(machine);
}

/** Waits until the agent has the port open. QEMU holds events of it back, so the machine itself is asked. */
export function agentOpened({ control }: Machine): Promise<void> {
  const open = 'ls -l /proc/$(cat /run/agent/virtio.pid)/fd | grep -q /dev/vport';
  return until(() => control.succeeds(open), limits.firstReply, 'agent that has the port open');
}

function agentEnded({ control }: Machine): Promise<void> {
  const gone = '! kill -0 $(cat /run/agent/virtio.pid)';
  return until(() => control.succeeds(gone), limits.reply, 'end of the agent');
}
