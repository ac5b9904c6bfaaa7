import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './repository.js';

/**
 * Sends an agent many commands of all kinds and looks at what it holds before, in the middle and after: memory, descriptors, children.
 * What grows once, while caches fill and code is compiled, grows in the first half; a leak grows in both.
 *
 *     node build/scripts/soak.js [COMMANDS]      default 100000, for each agent and half
 *
 * Only commands that change nothing on this machine are sent.
 */

/** Commands in one round; what a round opens it closes. */
const ROUND = 20;
/** Rounds sent before the first look: what is loaded once is loaded then. */
const WARM_UP = 250;
const PAUSE = 1000;
/** In the agent's folder: where Node's agent writes its live heap. */
const REPORT = 'heap';

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Holding {
  readonly anonymous: number;
  /** KiB of live objects after a garbage collection; undefined for an agent that frees at once what nobody refers to */
  readonly heap: number | undefined;
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

/** Has Node collect its garbage and tell what is left. It writes that in a file, since its channel is the agent's. */
async function liveHeap(pid: number, report: string): Promise<number | undefined> {
  if (!existsSync(report)) return undefined;
  writeFileSync(report, '');
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    const text = readFileSync(report, 'utf8');
    if (text.endsWith('\n')) return Number(text);
    await rest(50);
  }
}

async function holding(pid: number, report: string): Promise<Holding> {
  const heap = await liveHeap(pid, report);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((one) => one !== '');
  return {
    anonymous: kib('RssAnon'),
    heap,
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
    await rest(100);
  }
}

async function soak(agent: ChildProcess, folder: string, commands: number): Promise<string> {
  const socket = await connect(path.join(folder, 'socket'));
  const line = new Line(socket);
  const look = async (): Promise<Holding> => {
    await rest(PAUSE);
    return holding(agent.pid ?? 0, path.join(folder, REPORT));
  };
  for (let done = 0; done < WARM_UP; done++) await round(line);
  const seen = [await look()];
  for (let half = 0; half < 2; half++) {
    for (let sent = 0; sent < commands; sent += ROUND) await round(line);
    seen.push(await look());
  }
  socket.destroy();
  const course = (name: keyof Holding): string => seen.map((one) => String(one[name] ?? '?')).join(' -> ');
  const heap = seen[0]?.heap === undefined ? '' : `, live heap ${course('heap')} KiB`;
  const memory = `anonymous ${course('anonymous')} KiB${heap}`;
  return `${memory}, descriptors ${course('descriptors')}, children ${course('children')}`;
}

/** What Node is to load besides: see `liveHeap`. The first collection drops what only the second finds free. */
const REPORTER = `import fs from 'node:fs';
fs.writeFileSync('${REPORT}', '');
process.on('SIGUSR2', () => {
  gc(); gc();
  fs.writeFileSync('${REPORT}', Math.round(process.memoryUsage().heapUsed / 1024) + '\\n');
});`;
const NODE_FLAGS = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(REPORTER)}`];

const AGENTS: readonly (readonly [string, readonly string[]])[] = [
  ['native', [path.join(ROOT, 'build/native/x86_64/qemu-ga')]],
  ['Node', [process.execPath, ...NODE_FLAGS, path.join(ROOT, 'packages/agent/bin/qemu-ga.js')]],
];

const commands = Number(process.argv[2] ?? 100_000);
for (const [name, [program = '', ...first]] of AGENTS) {
  if (!existsSync(program)) {
    process.stdout.write(`skipped ${name}: ${program} is missing\n`);
    continue;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'qga-soak-'));
  const args = [...first, '-m', 'unix-listen', '-p', path.join(folder, 'socket'), '-t', folder];
  const agent = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const result = await soak(agent, folder, commands);
    process.stdout.write(`${name}, twice ${commands} commands: ${result}\n`);
  } finally {
    agent.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}
