import { AgentError, type CommandName } from '@qga/protocol';
import { commands, frozenSafeCommands } from './commands/index.js';
import { thawAll } from './commands/fsfreeze.js';
import { linuxPaths, type Paths } from './linux/paths.js';
import type { Platform } from './platform.js';
import type { Context } from './core/context.js';
import { Dispatcher } from './core/dispatcher.js';
import { FileTable, openFileLimit } from './core/file-table.js';
import { FreezeSession } from './core/freeze-session.js';
import { HelperRunner } from './core/helper.js';
import { Log } from './core/log.js';
import { Mutex } from './core/mutex.js';
import { Policy } from './core/policy.js';
import { ProgramTable } from './core/program-table.js';
import { AgentState } from './core/state.js';

export interface AgentOptions {
  readonly platform: Platform;
  /** directory for state that must survive a restart */
  readonly statedir: string;
  readonly paths?: Paths;
  readonly verbose?: boolean;
  /** commands to refuse */
  readonly block?: readonly string[];
  /** when not empty: refuse all others */
  readonly allow?: readonly string[];
  /** program to run around a freeze */
  readonly fsfreezeHook?: string;
}

/** The agent without its channels: everything that all clients share. */
export class Agent {
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  readonly #context: Context;

  private constructor(context: Context) {
    this.#context = context;
    this.log = context.log;
    this.dispatcher = new Dispatcher(context, commands);
  }

  /** @throws StateError when the state directory cannot be used */
  static async create(options: AgentOptions): Promise<Agent> {
    const { platform } = options;
    const log = new Log(platform, options.verbose ?? false);
    const state = await AgentState.load(platform, log, options.statedir);
    const policy = new Policy({
      allow: options.allow ?? [],
      block: options.block ?? [],
      frozenSafe: frozenSafeCommands(),
      isFrozen: () => state.frozen,
    });
    return new Agent({
      platform,
      paths: options.paths ?? linuxPaths,
      state,
      log,
      policy,
      files: new FileTable(await openFileLimit(platform, options.paths ?? linuxPaths)),
      helpers: new HelperRunner(platform),
      programs: new ProgramTable(platform),
      freezes: new FreezeSession(),
      authorizedKeys: new Mutex(),
      offered: Object.keys(commands) as CommandName[],
      fsfreezeHook: options.fsfreezeHook,
    });
  }

  get frozen(): boolean {
    return this.#context.state.frozen;
  }

  /** Before the process ends: what is frozen is thawed, because nobody else in the guest would do it. */
  async stop(): Promise<void> {
    this.#context.programs.stop();
    if (!this.frozen) return;
    try {
      const count = await thawAll(this.#context);
      this.log.write('critical', `stopped while frozen: ${String(count)} filesystems were thawed`);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      this.log.write('critical', `stopped while frozen: ${error.message}`);
    }
  }
}
