import type { Machine } from '../machine/machine.js';

/** One thing to prove in a running machine. */
export interface Scenario {
  readonly name: string;
  /** Agent variants the scenario does not fit, each with the reason. */
  readonly notFor?: Readonly<Record<string, string>>;
  /** A command that the scenario is about; an agent that does not have it skips the scenario. */
  readonly needs?: string;
  /** @throws Error that says what went wrong */
  run(machine: Machine): Promise<void>;
}
