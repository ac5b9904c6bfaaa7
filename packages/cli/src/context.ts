import { connect, type GuestOptions, type NodeGuest } from '@qga/client';
import type { Command } from 'commander';
import { combinedExitCode, exitCode } from './exit-codes.js';
import { describe, failureRecord } from './failure.js';
import type { GlobalOptions } from './globals.js';
import { formatJson } from './json.js';
import { selectGuests, type Selected, type Selection } from './select.js';
import { UsageError } from './usage-error.js';

/** A verb with all that commander knows about it: for the completions and the manual. */
export interface VerbInfo {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly command: Command;
}

/** The program as verbs see it that are about the program. */
export interface Program {
  readonly verbNames: readonly string[];
  /** Does what a command line says. @returns the exit code */
  run(argv: readonly string[]): Promise<number>;
  /** Loads all verbs. */
  describe(): Promise<readonly VerbInfo[]>;
}

/** How it went with one guest. */
export type Outcome<T> =
  { readonly guest: Selected; readonly value: T } | { readonly guest: Selected; readonly error: unknown };

/** Guests that are worked on at the same time. */
const JOBS = 8;

/** The greeting is answered at once or not at all, so a long time limit is not for it. */
const SYNC_LIMIT = 5000;

/** What a verb works with: the options that all verbs share, the guests that they mean, the way out. */
export class Context {
  readonly globals: GlobalOptions;
  readonly program: Program;
  #selection: Selection | undefined;

  constructor(globals: GlobalOptions, program: Program) {
    this.globals = globals;
    this.program = program;
  }

  /** The guests that are meant. @throws UsageError */
  get selection(): Selection {
    return (this.#selection ??= selectGuests(this.globals));
  }

  /** The guest of a verb that works on one only. @throws UsageError */
  get one(): Selected {
    const { guests } = this.selection;
    const [first] = guests;
    if (first === undefined || guests.length > 1) throw new UsageError('this works on one guest at a time');
    return first;
  }

  get json(): boolean {
    return this.globals.json === true;
  }

  /** Connects, works, and closes on every path out. @throws GuestError, and what the work throws */
  async withGuest<T>(
    selected: Selected,
    work: (guest: NodeGuest) => Promise<T>,
    options: GuestOptions = {},
  ): Promise<T> {
    const guest = await connect(selected.target, { ...this.#limits(), ...options });
    try {
      return await work(guest);
    } finally {
      guest.close();
    }
  }

  /**
   * Works on all guests, several at a time. It never rejects: a guest that fails does not keep the others from their turn.
   * @param onOutcome told of each when it is through
   */
  async each<T>(
    work: (guest: NodeGuest, selected: Selected) => Promise<T>,
    onOutcome: (outcome: Outcome<T>) => void = () => undefined,
  ): Promise<readonly Outcome<T>[]> {
    return this.eachAddress(async (selected) => this.withGuest(selected, (guest) => work(guest, selected)), onOutcome);
  }

  /** `each` for work that connects by itself. */
  async eachAddress<T>(
    work: (selected: Selected) => Promise<T>,
    onOutcome: (outcome: Outcome<T>) => void = () => undefined,
  ): Promise<readonly Outcome<T>[]> {
    const { guests } = this.selection;
    const outcomes: Outcome<T>[] = [];
    const queue = guests.entries();
    const worker = async (): Promise<void> => {
      for (const [at, guest] of queue) {
        const outcome: Outcome<T> = await work(guest).then(
          (value) => ({ guest, value }),
          (error: unknown) => ({ guest, error }),
        );
        outcomes[at] = outcome;
        onOutcome(outcome);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.globals.jobs ?? JOBS, guests.length) }, worker));
    return outcomes;
  }

  /** Prints the failures, as `--json` wants it or as one line each. @returns the exit code of all */
  conclude(outcomes: readonly Outcome<unknown>[], codeOf: (value: unknown) => number = () => 0): number {
    for (const outcome of outcomes) if ('error' in outcome) this.complain(outcome.guest, outcome.error);
    return combinedExitCode(
      outcomes.map((outcome) => ('error' in outcome ? exitCode(outcome.error) : codeOf(outcome.value))),
    );
  }

  /** Prints a guest's failure. */
  complain(guest: Selected, error: unknown): void {
    const whose = this.selection.many ? `${guest.name}: ` : '';
    process.stderr.write(`qga: ${whose}${describe(error)}\n`);
    if (this.json && this.selection.many) this.printJson({ guest: guest.name, error: failureRecord(error) });
  }

  /** Prints a guest's value as JSON: alone, or in a line that says whose it is. */
  printValue(guest: Selected, value: unknown): void {
    this.printJson(this.selection.many ? { guest: guest.name, value } : value);
  }

  /** Prints JSON: one line, indented when a person reads it. */
  printJson(value: unknown): void {
    process.stdout.write(`${formatJson(value, process.stdout.isTTY && !this.selection.many)}\n`);
  }

  /** Options for the connection. */
  #limits(): GuestOptions {
    const { timeout } = this.globals;
    return timeout === undefined ? {} : { callLimit: timeout, syncLimit: Math.min(timeout, SYNC_LIMIT) };
  }
}
