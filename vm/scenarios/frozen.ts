import type { AgentLine } from '../machine/agent-line.js';
import { withLine } from '../machine/agent-line.js';
import type { Machine } from '../machine/machine.js';
import { limits, until } from '../time.js';

/** Filesystems the machine has on block devices; a bind mount shows one of them a second time. */
export const filesystems = 3;

/** The file that says that a writer of {@link startWriter} has come to its end. */
const writerDone = '/run/writer.done';

/** Opens the agent's line in step, hands it over, and undoes a freeze that is left behind by a failure. */
export async function withFreezableLine(machine: Machine, use: (line: AgentLine) => Promise<void>): Promise<void> {
  try {
    await withLine(machine.virtioLine, async (line) => {
      await line.sync();
      await use(line);
    });
  } catch (error) {
    // What went wrong first is what counts.
    await recover(machine).catch(() => undefined);
    throw error;
  }
}

/** Starts to write into folders, in the background: in the foreground a frozen filesystem would hang the shell. */
export async function startWriter(machine: Machine, folders: readonly string[]): Promise<void> {
  const writes = folders.map((folder) => `echo x >${folder}/written`).join('; ');
  await machine.control.output(`
    rm -f ${writerDone}
    (${writes}; sync; echo done >${writerDone}) >/dev/null 2>&1 &`);
}

/** Whether the last writer has come to its end. */
export function isWriterDone(machine: Machine): Promise<boolean> {
  return machine.control.succeeds(`test -e ${writerDone}`);
}

/** Writes into folders that must not be frozen. @throws Error when the write does not end */
export async function checkWritable(machine: Machine, folders: readonly string[]): Promise<void> {
  await startWriter(machine, folders);
  await until(() => isWriterDone(machine), limits.reply, `end of a write to ${folders.join(', ')}`);
}

/** Brings the machine back to an agent that is not frozen, without asking that agent for anything. */
async function recover(machine: Machine): Promise<void> {
  await machine.control.run(`
    kill -9 $(cat /run/agent/virtio.pid)
    for folder in /mnt/data /mnt/more /mnt/loop; do fsfreeze --unfreeze $folder; done
    rm -f /run/agent/virtio/qga.state.isfrozen
    sleep 1
    start-agent virtio`);
}
