import { existsSync } from 'node:fs';
import { start } from '../processes.js';
import type { Running } from '../processes.js';
import { programPath } from '../requirements.js';
import { limits, until, within } from '../time.js';
import { virsh } from './virsh.js';

const socketPath = '/run/libvirt/libvirt-sock';
const logSocketPath = '/run/libvirt/virtlogd-sock';

/** libvirt's programs, started here and ended here: no systemd is needed, and none is touched. */
export class Daemons {
  readonly #log: Running;
  #libvirt: Running;

  private constructor(log: Running, libvirt: Running) {
    this.#log = log;
    this.#libvirt = libvirt;
  }

  /** @throws Error when one of them does not answer in time, with what it complained of */
  static async start(): Promise<Daemons> {
    const log = start(programPath('virtlogd'), []);
    const daemons = new Daemons(log, start(programPath('libvirtd'), []));
    try {
      await until(async () => existsSync(logSocketPath), limits.reply, 'socket of virtlogd');
      await daemons.#ready();
    } catch (error) {
      const complaints = log.errors() + daemons.#libvirt.errors();
      await daemons.stop();
      throw new Error(`${String(error)}\n${complaints}`, { cause: error });
    }
    return daemons;
  }

  /** Ends libvirtd and starts it anew; the machines go on. */
  async restartLibvirt(): Promise<void> {
    await within(this.#libvirt.stop(), limits.shutdown, 'end of libvirtd');
    this.#libvirt = start(programPath('libvirtd'), []);
    await this.#ready();
  }

  /** Ends both. */
  async stop(): Promise<void> {
    await within(this.#libvirt.stop(), limits.shutdown, 'end of libvirtd').catch(() => this.#libvirt.end());
    await within(this.#log.stop(), limits.shutdown, 'end of virtlogd').catch(() => this.#log.end());
  }

  async #ready(): Promise<void> {
    let ended: string | undefined;
    void this.#libvirt.ended.then((how) => (ended = how));
    const answers = async (): Promise<boolean> => {
      if (ended !== undefined) throw new Error(`libvirtd ended with ${ended}`);
      return existsSync(socketPath) && (await virsh(['list'])).code === 0;
    };
    await until(answers, limits.boot, 'answer of libvirtd');
  }
}
