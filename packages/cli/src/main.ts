import { readFileSync } from 'node:fs';
import { connect, GuestError, type GuestOptions } from '@qga/client';
import type { CommandTable } from '@qga/protocol';
import { parseCommandLine, shortName, type CommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import { commandHelp, overview } from './help.js';
import { formatJson } from './json.js';
import { harmless } from './text.js';
import { UsageError } from './usage-error.js';
import { readArguments } from './values.js';

/**
 * The program `qga`.
 * @param argv the command line without the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  // whoever reads our output may leave early: `qga get-fsinfo | head -1`
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await run(parseCommandLine(argv));
    return 0;
  } catch (error) {
    process.stderr.write(`qga: ${describe(error)}\n`);
    return exitCode(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof GuestError || error instanceof UsageError) return harmless(explain(error));
  return `a fault of qga itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function explain(error: GuestError | UsageError): string {
  return 'errorClass' in error ? `${error.message} (${String(error.errorClass)})` : error.message;
}

async function run(commandLine: CommandLine): Promise<void> {
  const { command, help, version } = commandLine;
  if (help) process.stdout.write(command === undefined ? overview() : commandHelp(command));
  else if (version) process.stdout.write(`qga ${ownVersion()}\n`);
  else if (command === undefined) throw new UsageError('which command? qga --help lists them');
  else await runCommand(command, commandLine);
}

async function runCommand(command: CommandTable, { socket, timeout, options }: CommandLine): Promise<void> {
  const args = await readArguments(command, options);
  const path = socket ?? process.env['QGA_SOCKET'];
  if (path === undefined || path === '') {
    throw new UsageError(`which guest? qga -s SOCKET ${shortName(command.name)}, or set QGA_SOCKET`);
  }
  const guest = await connect(path, timeout === undefined ? {} : limits(timeout));
  try {
    const value = await guest.callUntyped(command.name, args, timeout === undefined ? {} : { limit: timeout });
    process.stdout.write(`${formatJson(value, process.stdout.isTTY)}\n`);
  } finally {
    guest.close();
  }
}

/** A short time-out holds for the greeting too; a long one must not make a missing agent take as long to be noticed. */
function limits(timeout: number): GuestOptions {
  return { syncLimit: Math.min(timeout, 5000) };
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
