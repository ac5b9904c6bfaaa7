import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../dist/node/index.js';

const OURS = fileURLToPath(new URL('../../../node_modules/.bin/qemu-ga', import.meta.url));
const QEMUS = '/usr/sbin/qemu-ga';
/** what `node build/conformance/fetch-reference.js` fetches */
const NEWEST = fileURLToPath(new URL('../../../build/reference-agent/qemu-ga', import.meta.url));

/** The agents that the tests can run with: ours, and QEMU's where it is installed. */
export const agents: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'our agent', command: [process.execPath, OURS] },
  ...(existsSync(QEMUS) ? [{ name: "QEMU's agent", command: [QEMUS] }] : []),
  ...(existsSync(NEWEST) ? [{ name: "QEMU's newest agent", command: [NEWEST] }] : []),
];

/** @returns a folder that is removed when the process ends */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qga-client-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent on a private socket, in a private folder. */
export interface RunningAgent {
  readonly socket: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts an agent and waits until it answers. */
export async function startAgent(command: readonly string[]): Promise<RunningAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'qga-client-'));
  const socket = join(folder, 'agent.sock');
  const [program = '', ...words] = command;
  const child = spawn(program, [...words, '-m', 'unix-listen', '-p', socket, '-t', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    // QEMU's newest agent sometimes deadlocks in its own end
    const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(patience);
    rmSync(folder, { recursive: true });
  };
  try {
    await waitFor(socket);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, folder, stop };
}

async function waitFor(socket: string): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    try {
      (await connect(socket)).close();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
