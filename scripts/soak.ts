import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './repository.js';

/**
 * Sends an agent many commands of all kinds and looks at what it holds before and after: memory, descriptors, children.
 *
 *     node build/scripts/soak.js [COMMANDS]      default 100000, for each agent
 *
 * Only commands that change nothing on this machine are sent.
 */

/** Commands in one round; what a round opens it closes. */
const ROUND = 20;
/** Rounds sent before the first look: what is loaded once is loaded then. */
const WARM_UP = 250;
const PAUSE = 1000;

interface Holding {
  readonly rss: number;
  readonly anonymous: number;
  readonly descriptors: number;
  readonly children: number;
}

/** Asks one thing at a time. */
class Line {
  readonly #socket: net.Socket;
  #text = '';
  #waiting: ((line: string) => void) | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#text += text;
      const end = this.#text.indexOf('\n');
      if (end < 0) return;
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      this.#waiting?.(line);
    });
  }

  async ask(execute: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting = resolve;
      this.#socket.write(JSON.stringify(args === undefined ? { execute } : { execute, arguments: args }));
    });
    const reply = JSON.parse(line) as { return?: unknown };
    return reply.return;
  }
}

async function round(line: Line): Promise<void> {
  const handle = await line.ask('guest-file-open', { path: 'soak', mode: 'w+' });
  await line.ask('guest-file-write', { handle, 'buf-b64': 'c29haw==' });
  await line.ask('guest-file-seek', { handle, offset: 0, whence: 'set' });
  await line.ask('guest-file-read', { handle, count: 4096 });
  await line.ask('guest-file-flush', { handle });
  await line.ask('guest-file-close', { handle });
  await line.ask('guest-file-read', { handle });
  const { pid } = (await line.ask('guest-exec', { path: '/bin/true', 'capture-output': true })) as { pid: number };
  for (const command of ['guest-ping', 'guest-info', 'guest-get-time', 'guest-get-osinfo', 'guest-get-load']) {
    await line.ask(command);
  }
  for (const command of ['guest-network-get-interfaces', 'guest-get-fsinfo', 'guest-get-vcpus', 'guest-nonsense']) {
    await line.ask(command);
  }
  await line.ask('guest-fsfreeze-freeze-list', { mountpoints: [] });
  await line.ask('guest-sync', { id: 1 });
  for (let exited = false; !exited;) {
    exited = ((await line.ask('guest-exec-status', { pid })) as { exited: boolean } | undefined)?.exited ?? true;
  }
}

function holding(pid: number): Holding {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((one) => one !== '');
  return {
    rss: kib('VmRSS'),
    anonymous: kib('RssAnon'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: children.length,
  };
}

async function connect(file: string): Promise<net.Socket> {
  for (let tries = 0; ; tries++) {
    const socket = net.connect(file);
    const failed = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (failed === undefined) return socket;
    if (tries === 50) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function soak(agent: ChildProcess, file: string, commands: number): Promise<string> {
  const socket = await connect(file);
  const line = new Line(socket);
  const pid = agent.pid ?? 0;
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE));
  for (let done = 0; done < WARM_UP; done++) await round(line);
  await rest();
  const before = holding(pid);
  for (let sent = 0; sent < commands; sent += ROUND) await round(line);
  await rest();
  const after = holding(pid);
  socket.destroy();
  const change = (name: keyof Holding): string => `${before[name]} -> ${after[name]}`;
  const memory = `RSS ${change('rss')} KiB, anonymous ${change('anonymous')} KiB`;
  return `${memory}, descriptors ${change('descriptors')}, children ${change('children')}`;
}

const AGENTS: readonly (readonly [string, readonly string[]])[] = [
  ['native', [path.join(ROOT, 'build/native/x86_64/qemu-ga')]],
  ['Node', [process.execPath, path.join(ROOT, 'packages/agent/bin/qemu-ga.js')]],
];

const commands = Number(process.argv[2] ?? 100_000);
for (const [name, [program = '', ...first]] of AGENTS) {
  if (!existsSync(program)) {
    process.stdout.write(`skipped ${name}: ${program} is missing\n`);
    continue;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'qga-soak-'));
  const file = path.join(folder, 'socket');
  const args = [...first, '-m', 'unix-listen', '-p', file, '-t', folder];
  const agent = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const result = await soak(agent, file, commands);
    process.stdout.write(`${name}, ${commands} commands: ${result}\n`);
  } finally {
    agent.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}
