import net from 'node:net';
import {
  AgentError,
  commandTables,
  encodedParts,
  errorReply,
  Framer,
  PushQueue,
  ChannelClosedError,
  readRequest,
  readTyped,
  requestId,
  successReply,
  type ByteChannel,
  type CommandName,
  type Commands,
  type Frame,
  type JsonValue,
} from '@qga/protocol';
import { nodeKernels } from '@qga/protocol/node';
import type { Target } from '../../core/environment.js';
import { isFault, type MarkedFault } from './faults.js';
import { MemoryFiles } from './memory-files.js';

/** What a fake guest does for a command: a value to answer, a fault, or a function that makes one of the two. */
export type Behaviour<N extends CommandName> =
  Commands[N]['return'] | MarkedFault | ((args: Commands[N]['arguments']) => Commands[N]['return'] | MarkedFault);

/** Behaviours by command. What is not scripted, and has no default, is not found, as on an old agent. */
export type Script = { readonly [N in CommandName]?: Behaviour<N> };

type Send = (bytes: Uint8Array) => void;

/** A line to one client. */
interface Line {
  readonly send: Send;
  readonly end: () => void;
}

const ALLOWED_WHILE_FROZEN: ReadonlySet<string> = new Set([
  'guest-ping',
  'guest-info',
  'guest-sync',
  'guest-sync-delimited',
  'guest-fsfreeze-status',
  'guest-fsfreeze-thaw',
]);

const FILESYSTEMS = 2;
const FLOOD_CHUNK = 64 * 1024;
const READING = { kernels: nodeKernels, unknownMembers: 'refuse', base64: 'decode', largeIntegers: 'refuse' } as const;

/**
 * A guest that exists only in this process, for tests of programs that talk to guests. It speaks the protocol by the schema, in
 * memory (it is a Target: `connect(fake)`) or on a socket (`listen`). It has files in memory, two filesystems that can be frozen,
 * and whatever its script says; the script can be changed at any time.
 */
export class FakeGuest implements Target {
  readonly name = 'fake guest';
  /** the commands that arrived, without syncs */
  readonly commands: string[] = [];
  readonly files = new MemoryFiles();
  frozen = false;
  /** how often somebody connected */
  connections = 0;
  readonly #script = new Map<string, unknown>();
  readonly #lines = new Set<Line>();
  #server: net.Server | undefined;

  constructor(script: Script = {}) {
    this.on(script);
  }

  /** Changes what it does for some commands. */
  on(script: Script): this {
    for (const [name, behaviour] of Object.entries(script)) this.#script.set(name, behaviour);
    return this;
  }

  /** Connects in memory. */
  open(): Promise<ByteChannel> {
    const chunks = new PushQueue<Uint8Array>();
    let open = true;
    const end = (): void => {
      open = false;
      chunks.end();
    };
    const take = this.#serve({ send: (bytes) => void chunks.push(bytes), end });
    return Promise.resolve({
      peer: this.name,
      chunks,
      write: async (parts) => {
        if (!open) throw new ChannelClosedError('the fake guest is gone');
        for (const part of parts) take(part);
      },
      close: end,
    });
  }

  /** Listens on a unix socket, for one client at a time or many. @returns when it listens */
  async listen(path: string): Promise<void> {
    const server = net.createServer((socket) => {
      const take = this.#serve({ send: (bytes) => void socket.write(bytes), end: () => void socket.destroy() });
      socket.on('data', take).on('error', () => undefined);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(path, resolve);
    });
  }

  /** Cuts all connections, as when the virtual machine's host is restarted. New ones can be made. */
  cut(): void {
    for (const line of this.#lines) line.end();
    this.#lines.clear();
  }

  /** Stops listening and cuts all connections. */
  async close(): Promise<void> {
    const server = this.#server;
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    this.cut();
    await closed;
  }

  /** @returns what takes the bytes of a new client */
  #serve(line: Line): (bytes: Uint8Array) => void {
    this.connections += 1;
    this.#lines.add(line);
    const framer = new Framer(nodeKernels);
    let last: Promise<void> = Promise.resolve();
    return (bytes) => {
      const frames = [...framer.push(bytes)];
      last = last.then(async () => {
        for (const frame of frames) await this.#answer(frame, line);
      });
    };
  }

  async #answer(frame: Frame, line: Line): Promise<void> {
    const value: JsonValue = frame.kind === 'message' ? frame.value : null;
    try {
      if (frame.kind === 'broken') throw new AgentError(frame.reason);
      const { execute, arguments: args } = readRequest(value);
      const table = Object.hasOwn(commandTables, execute) ? commandTables[execute as CommandName] : undefined;
      if (table === undefined) throw notFound(execute);
      if (!execute.startsWith('guest-sync')) this.commands.push(execute);
      if (this.frozen && !ALLOWED_WHILE_FROZEN.has(execute)) throw disabled(execute);
      const typed = readTyped(READING, table.arguments, args, '');
      const result = await this.#behave(table.name, typed, line);
      if (result === undefined || !table.successResponse) return;
      if (execute === 'guest-sync-delimited') line.send(Uint8Array.of(0xff));
      for (const part of encodedParts(successReply(nodeKernels, table.returns, result, requestId(value))))
        line.send(part);
    } catch (error) {
      const refusal = error instanceof AgentError ? error : new AgentError(String(error));
      for (const part of errorReply(nodeKernels, refusal, requestId(value))) line.send(part);
    }
  }

  /** @returns the value to answer with, or undefined when nothing is to be said any more */
  async #behave(name: CommandName, args: unknown, line: Line): Promise<unknown> {
    const scripted = this.#script.has(name) ? this.#script.get(name) : this.#default(name);
    const made: unknown = typeof scripted === 'function' ? (scripted as (args: unknown) => unknown)(args) : scripted;
    return this.#perform(made, line);
  }

  async #perform(made: unknown, line: Line): Promise<unknown> {
    if (!isFault(made)) return made;
    switch (made.fault) {
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, made.milliseconds));
        return this.#perform(made.then, line);
      case 'refuse':
        throw new AgentError(made.desc, made.errorClass);
      case 'silence':
        return undefined;
      case 'bytes':
        line.send(made.bytes);
        return undefined;
      case 'disconnect':
        line.send(made.after);
        // what was sent is to arrive first
        await new Promise((resolve) => setImmediate(resolve));
        line.end();
        return undefined;
      case 'flood':
        await this.#flood(made.line, made.total, line);
        return undefined;
    }
  }

  async #flood(pattern: Uint8Array, total: number, line: Line): Promise<void> {
    const chunk = Buffer.alloc(FLOOD_CHUNK, pattern);
    for (let sent = 0; sent < total && this.#lines.has(line); sent += chunk.length) {
      line.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #default(name: CommandName): unknown {
    switch (name) {
      case 'guest-ping':
        return {};
      case 'guest-sync':
      case 'guest-sync-delimited':
        return ({ id }: { readonly id: unknown }) => id;
      case 'guest-info':
        return this.#info();
      case 'guest-fsfreeze-status':
        return this.frozen ? 'frozen' : 'thawed';
      case 'guest-fsfreeze-freeze':
        return () => this.#freeze(FILESYSTEMS);
      case 'guest-fsfreeze-freeze-list':
        return ({ mountpoints }: { readonly mountpoints?: string[] }) =>
          this.#freeze(mountpoints?.length ?? FILESYSTEMS);
      case 'guest-fsfreeze-thaw':
        return () => this.#thaw();
      case 'guest-file-open':
        return this.files.open.bind(this.files);
      case 'guest-file-read':
        return this.files.read.bind(this.files);
      case 'guest-file-write':
        return this.files.write.bind(this.files);
      case 'guest-file-seek':
        return this.files.seek.bind(this.files);
      case 'guest-file-flush':
        return this.files.flush.bind(this.files);
      case 'guest-file-close':
        return this.files.close.bind(this.files);
      default:
        throw notFound(name);
    }
  }

  #frozenCount = 0;

  #freeze(count: number): number {
    this.frozen = true;
    this.#frozenCount = count;
    return count;
  }

  #thaw(): number {
    this.frozen = false;
    const count = this.#frozenCount;
    this.#frozenCount = 0;
    return count;
  }

  /** It has what it has an answer for. */
  #info(): Commands['guest-info']['return'] {
    const supported = Object.values(commandTables).filter(
      ({ name }) => this.#script.has(name) || this.#hasDefault(name),
    );
    return {
      version: 'fake',
      supported_commands: supported.map(({ name, successResponse }) => ({
        name,
        enabled: !this.frozen || ALLOWED_WHILE_FROZEN.has(name),
        'success-response': successResponse,
      })),
    };
  }

  #hasDefault(name: CommandName): boolean {
    return ALLOWED_WHILE_FROZEN.has(name) || name.startsWith('guest-file-') || name.startsWith('guest-fsfreeze-');
  }
}

function notFound(name: string): AgentError {
  return new AgentError(`The command ${name} has not been found`, 'CommandNotFound');
}

function disabled(name: string): AgentError {
  return new AgentError(`Command ${name} has been disabled: the command is not allowed`, 'CommandNotFound');
}
