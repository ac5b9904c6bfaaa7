import { limits } from '../time.js';
import { LineSocket } from './line-socket.js';

/** How a shell script inside the machine ended, and what it wrote to standard output and standard error. */
export interface ShellResult {
  readonly code: number;
  readonly output: string;
}

/** A shell inside the machine that does not depend on the agent under test. */
export class Control {
  readonly #socket: LineSocket;
  #lastId = 0;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  /** Connects and waits until the machine has booted. @throws Error when it does not answer in time */
  static async connect(path: string): Promise<Control> {
    const control = new Control(await LineSocket.connect(path));
    await control.#run('true', limits.boot, 'sign of life from the machine');
    return control;
  }

  /** Runs a script to its end. It must not touch a frozen filesystem except in the background. */
  run(script: string): Promise<ShellResult> {
    return this.#run(script, limits.reply, `end of «${script}» inside the machine`);
  }

  /** Runs a script that has to succeed. @returns its output without surrounding space; @throws Error otherwise */
  async output(script: string): Promise<string> {
    const { code, output } = await this.run(script);
    if (code !== 0) throw new Error(`«${script}» ended with ${code}: ${output}`);
    return output.trim();
  }

  /** Whether a script succeeds. */
  async succeeds(script: string): Promise<boolean> {
    return (await this.run(script)).code === 0;
  }

  close(): void {
    this.#socket.close();
  }

  async #run(script: string, ms: number, what: string): Promise<ShellResult> {
    const id = String(++this.#lastId);
    this.#socket.write(`${id} ${Buffer.from(script).toString('base64')}\n`);
    for (;;) {
      const words = (await this.#socket.nextLine(ms, what)).toString().split(' ');
      // An answer to an earlier script that had run out of time is none of ours.
      if (words[0] !== id) continue;
      return { code: Number(words[1]), output: Buffer.from(words[2] ?? '', 'base64').toString() };
    }
  }
}
