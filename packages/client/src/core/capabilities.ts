import type { CommandName, GuestAgentInfo } from '@qga/protocol';

/** What an agent can do, by its own account; a command may be blocked only for as long as the guest is frozen. */
export class Capabilities {
  /** the agent's version, as it spells it; it comes from the guest */
  readonly version: string;
  readonly #commands: ReadonlyMap<string, boolean>;

  constructor(info: GuestAgentInfo) {
    this.version = info.version;
    this.#commands = new Map(info.supported_commands.map(({ name, enabled }) => [name, enabled]));
  }

  /** Whether the agent has the command and allows it now. */
  can(command: CommandName): boolean {
    return this.#commands.get(command) === true;
  }

  /** Whether programs can be run: what atomic replacing, hashes and folders need. */
  get exec(): boolean {
    return this.can('guest-exec') && this.can('guest-exec-status');
  }

  /** Whether files can be read and written. */
  get files(): boolean {
    return ['open', 'close', 'read', 'write', 'seek'].every(
      (verb) => this.#commands.get(`guest-file-${verb}`) === true,
    );
  }

  /** Whether filesystems can be frozen. */
  get freeze(): boolean {
    return this.can('guest-fsfreeze-freeze') && this.can('guest-fsfreeze-thaw');
  }

  /** The commands that the agent has, sorted, with whether each is allowed. */
  list(): { readonly name: string; readonly enabled: boolean }[] {
    const sorted = [...this.#commands].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([name, enabled]) => ({ name, enabled }));
  }
}
