import type { CommandName } from '@qga/protocol';
import { commands, frozenSafeCommands } from './commands/index.js';
import { resumeFreeze } from './freeze/freeze.js';
import { thawUnasked } from './freeze/thaw.js';
import { linuxPaths, type Paths } from './linux/paths.js';
import type { Platform } from './platform.js';
import type { Context } from './core/context.js';
import { Dispatcher } from './core/dispatcher.js';
import { FileTable } from './core/file-table.js';
import { FREEZE_DEFAULTS, FreezeSession, type FreezeSettings } from './core/freeze-session.js';
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
  /** limits of a freeze, where they are not the defaults */
  readonly freeze?: Partial<FreezeSettings>;
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
    const paths = options.paths ?? linuxPaths;
    const state = await AgentState.load(platform, log, options.statedir, paths);
    const policy = new Policy({
      allow: options.allow ?? [],
      block: options.block ?? [],
      frozenSafe: frozenSafeCommands(),
      isFrozen: () => state.frozen,
    });
    const context: Context = {
      platform,
      paths,
      state,
      log,
      policy,
      files: new FileTable(),
      helpers: new HelperRunner(platform),
      programs: new ProgramTable(platform),
      freezes: new FreezeSession(),
      authorizedKeys: new Mutex(),
      offered: Object.keys(commands) as CommandName[],
      fsfreezeHook: options.fsfreezeHook,
      freezeSettings: { ...FREEZE_DEFAULTS, ...options.freeze },
    };
    if (state.frozen) resumeFreeze(context);
    return new Agent(context);
  }

  get frozen(): boolean {
    return this.#context.state.frozen;
  }

  /** Before the process ends: what is frozen is thawed, because nobody else in the guest would do it. */
  async stop(): Promise<void> {
    const { freezes, log, programs } = this.#context;
    programs.stop();
    freezes.stop();
    await thawUnasked(this.#context, 'stopped');
    if (freezes.stuck.length > 0) {
      log.write('critical', `calls on ${freezes.stuck.join(', ')} have not come back: they may yet freeze`);
    }
  }
}
