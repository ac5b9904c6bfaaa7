import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/qemu-ga.js', import.meta.url));
const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
/** the native agent; another build of it can be named, such as the one with sanitizers */
const NATIVE =
  process.env['QGA_TEST_NATIVE'] ??
  fileURLToPath(new URL(`../../../../build/native/${ARCHITECTURE}/qemu-ga`, import.meta.url));

/** One of the hosts that the agent's program runs on. */
export interface Host {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** why a test has to be skipped here */
  readonly missing: string | undefined;
}

/** The agent as one executable. */
export const nativeHost: Host = {
  name: 'the native host',
  command: [NATIVE],
  missing: existsSync(NATIVE) ? undefined : `${NATIVE} is missing: npm run build:native`,
};

/** Both hosts, on which the program has to do the same. */
export const hosts: readonly Host[] = [
  { name: 'Node', command: [process.execPath, PROGRAM], missing: undefined },
  nativeHost,
];

/** A folder of the test's own, removed by the returned function. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'qga-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What a finished run of the program said. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the agent's program. */
export function startProgram(host: Host, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const [file, ...first] = host.command;
  return spawn(file, [...first, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, QGA_CONF: '/nonexistent/qemu-ga.conf', ...env },
  });
}

/** Waits for a program's end and gives what it said. */
export async function finished(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** Runs the program to its end. */
export function runProgram(host: Host, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  return finished(startProgram(host, args, env));
}

/** Connects to a unix socket as soon as it is there. */
export async function connect(socketPath: string): Promise<net.Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = net.connect(socketPath);
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (error === undefined) return socket;
    if (attempt === 100) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends a line and gives the next line that comes. */
export function ask(socket: net.Socket, line: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.includes('\n')) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
    socket.write(`${line}\n`);
  });
}
