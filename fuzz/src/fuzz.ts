import type { Coverage } from './coverage.js';
import { mutate, type Material } from './mutate.js';
import type { Random } from './random.js';
import { shrink } from './shrink.js';
import type { Target } from './target.js';

/** Inputs between two looks at the coverage; a look takes as long as dozens of inputs. */
const BATCH = 64;
/** How many of the inputs that were kept last are chosen more often. */
const RECENT = 32;
/** Different findings after which there is no point in going on. */
const ENOUGH = 10;

/** What is wanted of a run. */
export interface Run {
  readonly random: Random;
  /** what is kept from earlier runs; tried first */
  readonly corpus: readonly Uint8Array[];
  /** without it the run is blind, and the same for the same seed */
  readonly coverage?: Coverage;
  /** asked between batches, with how many inputs were tried */
  goesOn(executions: number): boolean;
  /** told of each input before and after it is tried */
  readonly watch?: { begin(input: Uint8Array): void; end(): void };
}

/** A promise that an input breaks. */
export interface Finding {
  /** as small as it could be made */
  readonly input: Uint8Array;
  readonly error: Error;
}

export interface Outcome {
  readonly executions: number;
  readonly findings: readonly Finding[];
  /** the inputs to keep */
  readonly corpus: readonly Uint8Array[];
}

/** Tries the seeds and the corpus, then their relatives, for as long as it may. */
export async function fuzz(target: Target, run: Run): Promise<Outcome> {
  const hunt = new Hunt(target, run);
  const given = [...run.corpus, ...target.seeds];
  for (let at = 0; at < given.length; at += 1) await hunt.batch(given.slice(at, at + 1));
  while (run.goesOn(hunt.executions) && hunt.findings.size < ENOUGH) await hunt.batch(hunt.relatives(BATCH));
  return { executions: hunt.executions, findings: [...hunt.findings.values()], corpus: hunt.kept };
}

class Hunt {
  executions = 0;
  readonly findings = new Map<string, Finding>();
  readonly kept: Uint8Array[] = [];
  readonly #target: Target;
  readonly #run: Run;
  readonly #parents: Uint8Array[];

  constructor(target: Target, run: Run) {
    this.#target = target;
    this.#run = run;
    this.#parents = [...target.seeds, ...run.corpus];
  }

  relatives(count: number): Uint8Array[] {
    const { random } = this.#run;
    const { dictionary, largest } = this.#target;
    const material: Material = { dictionary, largest, corpus: this.#parents };
    // what was found last is the likeliest to lead on
    const parent = (): Uint8Array => random.pick(random.once(3) ? this.#parents.slice(-RECENT) : this.#parents);
    return Array.from({ length: count }, () => mutate(parent(), random, material));
  }

  /** Tries inputs together; when they reach something new, ever smaller parts of them, to find out which does. */
  async batch(inputs: readonly Uint8Array[]): Promise<void> {
    const { coverage } = this.#run;
    for (const input of inputs) await this.#try(input);
    if (coverage?.isNew(inputs.length === 1) !== true) return;
    if (inputs.length === 1) {
      this.kept.push(...inputs);
      this.#parents.push(...inputs);
      return;
    }
    const middle = inputs.length >> 1;
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      coverage.restart();
      await this.batch(half);
    }
  }

  async #try(input: Uint8Array): Promise<void> {
    this.executions += 1;
    const error = await this.#failure(input);
    if (error === undefined) return;
    const kind = kindOf(error);
    if (this.findings.has(kind)) return;
    const small = await shrink([...input], async (shorter) => {
      const again = await this.#failure(Uint8Array.from(shorter));
      return again !== undefined && kindOf(again) === kind;
    });
    this.findings.set(kind, { input: Uint8Array.from(small), error });
  }

  async #failure(input: Uint8Array): Promise<Error | undefined> {
    this.#run.watch?.begin(input);
    try {
      await this.#target.run(input);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#run.watch?.end();
    }
  }
}

/** What makes two failures the same one: the words without what depends on the input. */
function kindOf({ name, message }: Error): string {
  return `${name}: ${message.slice(0, 60).replace(/[\d"'].*/s, '')}`;
}
