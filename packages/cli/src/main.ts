import { exitCode } from './exit-codes.js';
import { describe } from './failure.js';
import { runProgram } from './program.js';

/**
 * The program `qga`.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  // whoever reads our output may leave early: `qga fs | head -1`
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    return await runProgram(argv);
  } catch (error) {
    process.stderr.write(`qga: ${describe(error)}\n`);
    return exitCode(error);
  }
}
