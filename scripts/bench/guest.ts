import { buildImage } from '../../vm/image/build.js';
import { variants } from '../../vm/image/variants.js';
import { boot, type Machine } from '../../vm/machine/machine.js';
import { endProgramsWithUs } from '../../vm/processes.js';
import { findKernel, missing } from '../../vm/requirements.js';
import { NATIVE, NODE, REFERENCE } from './contenders.js';
import { memoryOf, type Memory } from './running-agent.js';

/** The columns, and the variants of the machine's image. QEMU's newest agent has no image. */
const VARIANTS: Readonly<Record<string, string>> = { [NATIVE]: 'native', [NODE]: 'ours', [REFERENCE]: 'qemu' };
export const GUESTS: readonly string[] = Object.keys(VARIANTS);

/** Shell text: the agent on the virtio port, with its state in a folder of its own; its process id goes to a file. */
const AGENT = `$(cat /etc/agent-command) -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run/agent/bench`;
const START = `mkdir -p /run/agent/bench; set -- ${AGENT}; printf '\\n' >/dev/ttyS1; "$@" </dev/null >/run/agent/bench.log 2>&1 & echo $! >/run/agent/bench.pid`;
const STOP = 'pid=$(cat /run/agent/bench.pid) && kill $pid; while [ -d /proc/$pid ]; do sleep 0.1; done; true';
const MEMORY = 'cd /proc/$(cat /run/agent/bench.pid) && cat status smaps_rollup';
const CPU = 'cut -d" " -f14,15 /proc/$(cat /run/agent/bench.pid)/stat';
const TICKS = 100;

/** A virtual machine whose agent listens on a virtio port; the other end is a socket here. */
export class BenchGuest {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** @throws Error that says what is missing, or that the machine does not boot */
  static async boot(name: string): Promise<BenchGuest> {
    const variant = variants.find((one) => one.name === VARIANTS[name]);
    const kernel = findKernel();
    if (variant === undefined || kernel === undefined) throw new Error('the kernel is missing: run vm/install.sh');
    const lacks = missing(variant);
    if (lacks.length > 0) throw new Error(lacks.join('\n'));
    endProgramsWithUs();
    const { file } = await buildImage(variant, kernel.release);
    const options = { name: `bench-${variant.name}`, agent: variant.name, kernel: kernel.image, initramfs: file };
    return new BenchGuest(await boot({ ...options, agents: [], disks: true, buses: false }));
  }

  /** The host's end of the agent's port. */
  get socket(): string {
    return this.machine.virtioLine;
  }

  /** Starts the agent. A line on the serial port says when. */
  async startAgent(): Promise<void> {
    await this.machine.control.output(START);
  }

  async stopAgent(): Promise<void> {
    await this.machine.control.output(STOP);
  }

  async memory(): Promise<Memory> {
    return memoryOf(await this.machine.control.output(MEMORY));
  }

  /** Seconds of processor time that the agent has used. */
  async cpu(): Promise<number> {
    const ticks = (await this.machine.control.output(CPU)).split(' ').map(Number);
    return ticks.reduce((sum, part) => sum + part, 0) / TICKS;
  }

  async end(): Promise<void> {
    this.machine.control.close();
    this.machine.qmp.close();
    await this.machine.end();
  }
}
