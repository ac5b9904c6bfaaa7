import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/qga.js', import.meta.url));
const OURS = fileURLToPath(new URL('../../../node_modules/.bin/qemu-ga', import.meta.url));
/** what `npm run build:native` makes */
const NATIVE = fileURLToPath(
  new URL(`../../../build/native/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}/qemu-ga`, import.meta.url),
);
const DEBIANS = '/usr/sbin/qemu-ga';
/** what `node build/conformance/fetch-reference.js` fetches */
const NEWEST = fileURLToPath(new URL('../../../build/reference-agent/qemu-ga', import.meta.url));

/** The agents that the tests run with. */
export const agents: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'our agent', command: [process.execPath, OURS] },
  ...(existsSync(NATIVE) ? [{ name: 'our native agent', command: [NATIVE] }] : []),
  ...(existsSync(DEBIANS) ? [{ name: "QEMU's agent", command: [DEBIANS] }] : []),
  ...(existsSync(NEWEST) ? [{ name: "QEMU's newest agent", command: [NEWEST] }] : []),
];

/** What a run of qga left. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Nothing of this machine's guests or of this user's configuration may get into a test. */
const CLEAN = { PATH: process.env['PATH'], HOME: '/nonexistent', QGA_CONFIG: '/nonexistent' };

/** Runs qga to its end. */
export function qga(argv: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const options = { env: { ...CLEAN, ...environment }, timeout: 30_000 };
    const child = execFile(process.execPath, [PROGRAM, ...argv], options, (_, out, error) => {
      resolve({ code: child.exitCode ?? -1, out, error });
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Starts qga, for a test that interrupts it. */
export function startQga(argv: readonly string[]): {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
} {
  const child = spawn(process.execPath, [PROGRAM, ...argv], { env: CLEAN, stdio: 'ignore' });
  return { child, code: new Promise((resolve) => child.once('exit', resolve)) };
}

/** @returns a folder that is removed when the process ends */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qga-cli-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent on a private socket. */
export interface RunningAgent {
  readonly socket: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts an agent and waits until its socket is there. */
export async function startAgent(command: readonly string[]): Promise<RunningAgent> {
  const folder = scratchFolder();
  const socket = join(folder, 'agent.sock');
  const [program = '', ...words] = command;
  const args = [...words, '-m', 'unix-listen', '-p', socket, '-t', folder, '-f', join(folder, 'pid')];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let wait = 0; wait < 200 && !existsSync(socket); wait += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  const stop = async (): Promise<void> => {
    child.kill();
    // QEMU's newest agent sometimes deadlocks in its own end
    const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(patience);
  };
  return { socket, folder, stop };
}
