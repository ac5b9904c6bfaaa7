import { DeniedError } from './denied-error.js';
import type { Guard } from './guard.js';

/** What may be called: the block and allow lists of the configuration, what a freeze permits, and the policy's profile. */
export class Policy {
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #blocked: ReadonlySet<string>;
  readonly #frozenSafe: ReadonlySet<string>;
  readonly #isFrozen: () => boolean;
  readonly #guard: Guard;

  constructor(options: {
    /** when not empty, all others are refused */
    readonly allow: readonly string[];
    readonly block: readonly string[];
    /** commands that may be called while frozen, whatever the lists say */
    readonly frozenSafe: readonly string[];
    readonly isFrozen: () => boolean;
    readonly guard: Guard;
  }) {
    this.#allowed = options.allow.length > 0 ? new Set(options.allow) : undefined;
    this.#blocked = new Set(options.block);
    this.#frozenSafe = new Set(options.frozenSafe);
    this.#isFrozen = options.isFrozen;
    this.#guard = options.guard;
  }

  /** Whether the command may be called now. */
  enabled(command: string): boolean {
    return this.#listed(command) && (this.#isFrozen() || this.#guard.permits(command));
  }

  /** @throws DeniedError when the command may not be called now */
  check(command: string): void {
    if (!this.#listed(command)) {
      throw new DeniedError(`Command ${command} has been disabled: the command is not allowed`, 'CommandNotFound');
    }
    // whatever the policy says, a frozen guest can be thawed
    if (!this.#isFrozen()) this.#guard.checkCommand(command);
  }

  #listed(command: string): boolean {
    if (this.#isFrozen()) return this.#frozenSafe.has(command);
    if (this.#allowed !== undefined && !this.#allowed.has(command)) return false;
    return !this.#blocked.has(command);
  }
}
