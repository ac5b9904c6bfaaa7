import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.js';

/** The program of client.c, which does the measuring. Its modes stand at the head of that file. */
export class Client {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** @throws Error when there is no compiler */
  static build(): Client {
    const program = join(ROOT, 'build/bench-client');
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    execFileSync('gcc', ['-O2', '-D_GNU_SOURCE', '-o', program, join(ROOT, 'scripts/bench/client.c')]);
    return new Client(program);
  }

  /**
   * @returns the figures that it printed
   * @throws Error with what the agent answered, when it refused
   */
  run(...args: readonly (string | number)[]): number[] {
    return figures(
      execFileSync(this.#program, args.map(String), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** As run, while this program goes on. */
  async runBeside(...args: readonly (string | number)[]): Promise<number[]> {
    const child = spawn(this.#program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`the client ended with ${String(code)}`);
    return figures(output);
  }
}

function figures(output: string): number[] {
  return output.trim().split(' ').map(Number);
}
