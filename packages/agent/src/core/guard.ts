import type { Platform } from '../platform.js';

/** What a client wants of a file. */
export interface FileAccess {
  readonly read: boolean;
  readonly write: boolean;
}

/** Where a file is to be opened, so that it is the one that was judged. */
export interface Place {
  readonly path: string;
  /** to be added to the flags of open(2) */
  readonly flags: number;
  release(): Promise<void>;
}

/** What the policy says of calls and their arguments. A refusal is an AgentError that names the rule. */
export interface Guard {
  /** Whether the command may be called at all. */
  permits(command: string): boolean;
  /** @throws AgentError CommandNotFound when it may not */
  checkCommand(command: string): void;
  /**
   * Finds the file that a path means, before anything is done to it.
   * @throws SystemError when there is no way to it
   * @throws AgentError
   */
  place(platform: Platform, path: string, access: FileAccess): Promise<Place>;
  /**
   * @param file path of the program
   * @param args without the program's name
   * @returns the path to execute
   * @throws SystemError when there is no such program
   * @throws AgentError
   */
  program(platform: Platform, file: string, args: readonly string[], env?: readonly string[]): Promise<string>;
  /** @param mountpoints what would be frozen; asked for when it matters @throws AgentError */
  checkFreeze(mountpoints: () => Promise<readonly string[]>): Promise<void>;
  /** @throws AgentError */
  checkUser(rule: 'password-users' | 'ssh-users', username: string): void;
}

/** Permits everything. */
export const openGuard: Guard = {
  permits: () => true,
  checkCommand: () => undefined,
  place: (_, path) => Promise.resolve({ path, flags: 0, release: () => Promise.resolve() }),
  program: (_, file) => Promise.resolve(file),
  checkFreeze: () => Promise.resolve(),
  checkUser: () => undefined,
};
