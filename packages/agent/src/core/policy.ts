import { AgentError } from '@qga/protocol';

/** Who may be called: the block and allow lists of the configuration, and what a freeze permits. */
export class Policy {
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #blocked: ReadonlySet<string>;
  readonly #frozenSafe: ReadonlySet<string>;
  readonly #isFrozen: () => boolean;

  constructor(options: {
    /** when not empty, all others are refused */
    readonly allow: readonly string[];
    readonly block: readonly string[];
    /** commands that may be called while frozen, whatever the lists say */
    readonly frozenSafe: readonly string[];
    readonly isFrozen: () => boolean;
  }) {
    this.#allowed = options.allow.length > 0 ? new Set(options.allow) : undefined;
    this.#blocked = new Set(options.block);
    this.#frozenSafe = new Set(options.frozenSafe);
    this.#isFrozen = options.isFrozen;
  }

  /** Whether the command may be called now. */
  enabled(command: string): boolean {
    if (this.#isFrozen()) return this.#frozenSafe.has(command);
    if (this.#allowed !== undefined && !this.#allowed.has(command)) return false;
    return !this.#blocked.has(command);
  }

  /** @throws AgentError when the command may not be called now */
  check(command: string): void {
    if (this.enabled(command)) return;
    throw new AgentError(`Command ${command} has been disabled: the command is not allowed`, 'CommandNotFound');
  }
}
