import type { CommandName } from '@qga/protocol';
import type { Paths } from '../linux/paths.js';
import type { Platform } from '../platform.js';
import type { FileTable } from './file-table.js';
import type { FreezeSession, FreezeSettings } from './freeze-session.js';
import type { Guard } from './guard.js';
import type { HelperRunner } from './helper.js';
import type { Log } from './log.js';
import type { Mutex } from './mutex.js';
import type { Policy } from './policy.js';
import type { ProgramTable } from './program-table.js';
import type { AgentState } from './state.js';

/** What a command may use. It never sees the channel. */
export interface Context {
  readonly platform: Platform;
  /** the same, but its calls on files wait for nobody else's: for freezing and thawing */
  readonly urgent: Platform;
  readonly paths: Paths;
  readonly state: AgentState;
  readonly log: Log;
  readonly policy: Policy;
  /** what the policy says of arguments */
  readonly guard: Guard;
  readonly files: FileTable;
  readonly helpers: HelperRunner;
  readonly programs: ProgramTable;
  readonly freezes: FreezeSession;
  /** authorized_keys files are read and replaced by one client at a time */
  readonly authorizedKeys: Mutex;
  /** the commands that this agent has, in the schema's order */
  readonly offered: readonly CommandName[];
  /** the program to call around a freeze, when one is configured */
  readonly fsfreezeHook: string | undefined;
  readonly freezeSettings: FreezeSettings;
}
