import type { CommandName } from '@qga/protocol';
import { LineAuditor } from './audit/auditor.js';
import type { AuditSink } from './audit/sink.js';
import { commands, frozenSafeCommands } from './commands/index.js';
import { resumeFreeze } from './freeze/freeze.js';
import { thawUnasked } from './freeze/thaw.js';
import { linuxPaths, type Paths } from './linux/paths.js';
import type { Platform } from './platform.js';
import { boundedFiles } from './core/bounded-files.js';
import type { Context } from './core/context.js';
import { Dispatcher } from './core/dispatcher.js';
import { FileTable, openFileLimit } from './core/file-table.js';
import { FREEZE_DEFAULTS, FreezeSession, type FreezeSettings } from './core/freeze-session.js';
import { HelperRunner } from './core/helper.js';
import { limitsOf, type Limits } from './core/limits.js';
import { Log } from './core/log.js';
import { Mutex } from './core/mutex.js';
import { Policy } from './core/policy.js';
import { openGuard, type Guard } from './core/guard.js';
import { ProgramTable } from './core/program-table.js';
import { AgentState } from './core/state.js';
import { RuleGuard } from './policy/guard.js';
import { resolveRules } from './policy/resolve.js';
import type { PolicyRules } from './policy/rules.js';

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
  /** rules for arguments; default: none */
  readonly policy?: PolicyRules;
  /** limits of a freeze, where they are not the defaults */
  readonly freeze?: Partial<FreezeSettings>;
  /** where they are not the usual ones */
  readonly limits?: Limits;
  /** where each call is written down; default: nowhere */
  readonly audit?: AuditOptions;
}

export interface AuditOptions {
  readonly sink: AuditSink;
  /** commands that are written down only when they fail */
  readonly skip: readonly string[];
}

/** The commands that an agent has, in the schema's order. */
export const offeredCommands = Object.keys(commands) as CommandName[];

/** The agent without its channels: everything that all clients share. */
export class Agent {
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  readonly limits: Limits;
  readonly #context: Context;
  readonly #auditor: LineAuditor | undefined;

  private constructor(context: Context, limits: Limits, auditor: LineAuditor | undefined) {
    this.#context = context;
    this.#auditor = auditor;
    this.log = context.log;
    this.limits = limits;
    this.dispatcher = new Dispatcher(context, commands, auditor);
  }

  /** @throws StateError when the state directory cannot be used */
  static async create(options: AgentOptions): Promise<Agent> {
    const { platform, limits = limitsOf() } = options;
    const log = new Log(platform, options.verbose ?? false);
    const paths = options.paths ?? linuxPaths;
    const state = await AgentState.load(platform, log, options.statedir, paths);
    const guard = await guardFor(options.policy, platform, log);
    const policy = new Policy({
      allow: options.allow ?? [],
      block: options.block ?? [],
      frozenSafe: frozenSafeCommands(),
      isFrozen: () => state.frozen,
      guard,
    });
    const context: Context = {
      platform: { ...platform, files: boundedFiles(platform.files, platform.clock) },
      urgent: platform,
      paths,
      state,
      log,
      policy,
      guard,
      files: new FileTable(await openFileLimit(platform, paths, limits.maxOpenFiles)),
      helpers: new HelperRunner(platform, limits),
      programs: new ProgramTable(platform, limits),
      freezes: new FreezeSession(),
      authorizedKeys: new Mutex(),
      offered: offeredCommands,
      fsfreezeHook: options.fsfreezeHook,
      freezeSettings: { ...FREEZE_DEFAULTS, ...options.freeze },
    };
    if (state.frozen) resumeFreeze(context);
    const { audit } = options;
    return new Agent(context, limits, audit && new LineAuditor(platform, log, audit.sink, audit.skip));
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
    await this.#auditor?.flush();
  }
}

async function guardFor(rules: PolicyRules | undefined, { files }: Platform, log: Log): Promise<Guard> {
  return rules === undefined ? openGuard : new RuleGuard(await resolveRules(files, rules), log);
}
