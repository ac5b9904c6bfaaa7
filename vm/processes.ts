import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const running = new Set<ChildProcess>();

/** A program that goes on running beside the test. */
export interface Running {
  /** Settles when the program has ended, with a phrase that says how: `exit code 0`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Everything the program wrote to standard error so far. */
  errors(): string;
  /** Ends it at once; waits until it is gone. */
  end(): Promise<void>;
  /** Asks it to end (SIGTERM); waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a program that this process takes down with itself, however it ends. */
export function start(program: string, args: readonly string[]): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  }).finally(() => running.delete(child));
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    child.kill(name);
    await ended;
  };
  return { ended, errors: () => errors, end: () => signal('SIGKILL'), stop: () => signal('SIGTERM') };
}

/** Makes sure that no program outlives this one, also after Ctrl-C or a crash. */
export function endProgramsWithUs(): void {
  process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output
 * @throws Error with its standard error when it fails
 */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26 });
  return stdout;
}
