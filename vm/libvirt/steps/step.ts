import type { Control } from '../../machine/control.js';

/** What a step has at hand. */
export interface Guest {
  /** Name of the agent variant. */
  readonly agent: string;
  /**
   * Calls virsh for the domain.
   * @param command name of the virsh command; the domain's name is put between it and the arguments
   * @returns what virsh wrote, and a last line `exit N` when it failed
   */
  readonly call: (command: string, ...args: string[]) => Promise<string>;
  /** The shell inside, which does not depend on the agent. */
  readonly control: () => Control;
  /** What the machine wrote to its console so far. */
  readonly console: () => Promise<string>;
  /** Folder on the host for what a step needs. */
  readonly folder: string;
  /** Ends libvirtd and starts it again. */
  readonly restartLibvirt: () => Promise<void>;
  /** Whether libvirt says that the agent is there. */
  readonly isConnected: () => Promise<boolean>;
  /** Waits until the machine has booted once more. */
  readonly settle: () => Promise<void>;
  /** Whether libvirt still knows the domain. */
  readonly exists: () => Promise<boolean>;
}

/** One line of the list: a call of virsh, made the same way whatever the agent. */
export interface Step {
  /** As in the table and in known-differences.txt. */
  readonly name: string;
  /**
   * Makes the call and proves its effect inside.
   * @returns what virsh wrote, without what moves from run to run; this is compared
   * @throws Error when the effect inside is not what was asked for
   */
  run(guest: Guest): Promise<string>;
}

/** A step that only asks. @param words the virsh command and its arguments, which also name the step */
export function query(words: string, hide: (text: string) => string = (text) => text): Step {
  const [command = '', ...args] = words.split(' ');
  return { name: words, run: async ({ call }) => hide(await call(command, ...args)) };
}

/** A step that sends a command of the agent's own. @param json without spaces */
export function raw(name: string, json: string, hide: (text: string) => string = (text) => text): Step {
  const run = async ({ call }: Guest): Promise<string> => hide(await call('qemu-agent-command', json));
  return { name: `qemu-agent-command ${name}`, run };
}
