import { SystemError } from '../../dist/core/system-error.js';
import type { Files } from '../../dist/platform.js';

/** A call on a file, by its name and the file's path; numbers in the path do not count. */
export type Call = string;

/** Files that tell what was asked of them, refuse one call on demand, and count what is left open. */
export class RefusingFiles {
  /** every call that was made */
  readonly seen = new Set<Call>();
  readonly #open = new Map<number, string>();
  #refusal: { readonly call: Call; readonly errno: number } | undefined;

  /** From now on a call is refused; undefined: none is. */
  refuse(call: Call | undefined, errno = 0): void {
    this.#refusal = call === undefined ? undefined : { call, errno };
  }

  /** paths of what is open at the moment */
  get open(): readonly string[] {
    return [...this.#open.values()];
  }

  /** Lies between an agent and its files. */
  over(files: Files): Files {
    return new Proxy(files, {
      get: (target, name: string) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return async (first: string | number, ...rest: unknown[]): Promise<unknown> => {
          if (name === 'close') this.#open.delete(Number(first));
          else this.#look(`${name} ${typeof first === 'number' ? (this.#open.get(first) ?? '?') : first}`);
          const result = (await Reflect.apply(method, target, [first, ...rest])) as unknown;
          if (name === 'open') this.#open.set(result as number, String(first));
          return result;
        };
      },
    });
  }

  #look(call: string): void {
    const kind = call.replaceAll(/\d+/g, 'N');
    this.seen.add(kind);
    if (kind === this.#refusal?.call) throw new SystemError(this.#refusal.errno);
  }
}
