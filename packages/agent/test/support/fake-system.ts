import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodedParts, Framer, plainKernels } from '@qga/protocol';
import { Agent } from '../../dist/agent.js';
import { SystemError } from '../../dist/core/system-error.js';
import { ENOENT } from '../../dist/linux/constants.js';
import { linuxPaths, type Paths } from '../../dist/linux/paths.js';
import { nodePlatform } from '../../dist/node/platform.js';
import type { Files, Platform, ProcessExit, ProcessOptions, RunningProcess } from '../../dist/platform.js';

/** How a program of the test's imagination ends, and what it prints. */
export interface FakeExit {
  readonly code?: number;
  readonly signal?: number;
  readonly output?: string;
}

/**
 * An agent for which nothing of this machine is in danger: its programs and its clock are made up, its paths lie in a folder of
 * the test's own. Files are real.
 */
export class FakeSystem {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'qga-system-'));
  readonly environment: Record<string, string> = {};
  /** programs that exist, by name or path */
  readonly programs = new Map<string, FakeExit>();
  /** what was started, in order */
  readonly started: ProcessOptions[] = [];
  /** what the clock was set to */
  readonly times: bigint[] = [];
  machine = 'x86_64';
  nodename = 'guest';
  now = 1_700_000_000_123_456_789n;
  /** errno of setting the clock */
  clockRefuses: number | undefined;
  readonly paths: Paths;
  /** what lies between the agent and the files */
  through = (files: Files): Files => files;
  #agent: Promise<Agent> | undefined;

  constructor() {
    const inside = (name: string): string => path.join(this.folder, name);
    this.paths = {
      ...linuxPaths,
      powerState: inside('state'),
      utmp: inside('utmp'),
      passwd: inside('passwd'),
      localtime: inside('localtime'),
      osRelease: [inside('os-release'), inside('os-release.default')],
    };
    mkdirSync(inside('statedir'));
  }

  /** Puts a file into the folder. */
  write(name: string, content: string | Uint8Array): void {
    writeFileSync(path.join(this.folder, name), content);
  }

  /** @returns the whole reply; an empty text where the agent is silent */
  async ask(execute: string, args?: Readonly<Record<string, unknown>>): Promise<string> {
    const statedir = path.join(this.folder, 'statedir');
    this.#agent ??= Agent.create({ platform: this.#platform(), statedir, paths: this.paths });
    const request = JSON.stringify(args === undefined ? { execute } : { execute, arguments: args });
    let text = '';
    for (const frame of new Framer(plainKernels).push(Buffer.from(request))) {
      const reply = await (await this.#agent).dispatcher.answer(frame);
      if (reply !== undefined) text += Buffer.concat(encodedParts(reply)).toString();
    }
    return text.trimEnd();
  }

  /** @returns the text of an error; the whole reply when it is none */
  async error(execute: string, args?: Readonly<Record<string, unknown>>): Promise<string> {
    const reply = await this.ask(execute, args);
    const { error } = JSON.parse(reply === '' ? '{}' : reply) as { error?: { desc: string } };
    return error?.desc ?? reply;
  }

  /** The command lines that were run, input included. */
  get commandLines(): string[] {
    return this.started.map(({ argv, stdin }) => {
      const input = stdin === 'null' ? '' : ` < ${JSON.stringify(Buffer.from(stdin).toString('latin1'))}`;
      return `${argv.join(' ')}${input}`;
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #platform(): Platform {
    const real = nodePlatform({ write: () => undefined, syslog: () => undefined });
    return {
      ...real,
      files: this.through({
        ...real.files,
        executable: (file) => Promise.resolve(this.programs.has(file)),
        stat: (file) => (this.programs.has(file) ? real.files.stat(process.execPath) : real.files.stat(file)),
      }),
      processes: { start: (options) => this.#start(options) },
      system: {
        ...real.system,
        uname: () => ({ nodename: this.nodename, release: '6.1.0', version: '#1 SMP', machine: this.machine }),
        loadAverages: () => [0.5, 0.25, 0],
        environment: (name) => this.environment[name],
        setTime: (time) => {
          if (this.clockRefuses !== undefined) throw new SystemError(this.clockRefuses);
          this.times.push(time);
        },
      },
      clock: { ...real.clock, now: () => this.now },
    };
  }

  #start(options: ProcessOptions): Promise<RunningProcess> {
    const fake = this.programs.get(options.file);
    if (fake === undefined) return Promise.reject(new SystemError(ENOENT));
    this.started.push(options);
    const exit: ProcessExit = { code: fake.signal === undefined ? (fake.code ?? 0) : undefined, signal: fake.signal };
    return Promise.resolve({
      pid: 1,
      stdout: chunks(fake.output),
      stderr: chunks(undefined),
      exited: Promise.resolve(exit),
      kill: () => undefined,
      release: () => undefined,
    });
  }
}

async function* chunks(output: string | undefined): AsyncGenerator<Uint8Array> {
  if (output !== undefined) yield Buffer.from(output);
}
