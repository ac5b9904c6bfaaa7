import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ENGINE_SOURCES, engineFolder } from './engine.js';
import type { Target } from './targets.js';

const run = promisify(execFile);

/** Warnings are errors in the host's own code; the engine is compiled as it is. */
const OWN_WARNINGS = ['-Wall', '-Wextra', '-Wno-unused-parameter', '-Wshadow', '-Wvla', '-Werror'];
const GENERATOR = 'generate.c';

/** Code is made for speed, but not aligned: that is 40 KB which a ping does not feel. What is rarely called is made small. */
const UNALIGNED = ['functions', 'jumps', 'loops', 'labels'].map((what) => `-falign-${what}=1`);
const ENGINE_FLAGS = ['-w', ...UNALIGNED];
const SMALL_ENGINE_SOURCES: readonly string[] = ['libregexp.c', 'libunicode.c', 'dtoa.c'];

/** kernels.c is written for a compiler that makes vector code of its loops; what waits for the kernel anyway is made small. */
function hostFlags(name: string): readonly string[] {
  if (name === 'kernels.c') return ['-O3'];
  return ['arguments.c', 'file-calls.c', 'jobs.c', 'main.c', 'process.c', 'system.c'].includes(name)
    ? ['-Os']
    : UNALIGNED;
}

/** Folders that the compilation uses. */
export interface Workplace {
  readonly root: string;
  /** the host's C sources */
  readonly sources: string;
  readonly output: string;
}

/** Compiles and links for one target. Objects are kept, and made anew when their command or the sources change. */
export class Compilation {
  readonly #target: Target;
  readonly #place: Workplace;
  readonly #engine = engineFolder();
  readonly #objects: string;

  constructor(target: Target, place: Workplace) {
    this.#target = target;
    this.#place = place;
    this.#objects = join(place.output, target.name, 'objects');
    mkdirSync(this.#objects, { recursive: true });
  }

  /** The engine's objects. */
  async engine(): Promise<string[]> {
    // the engine twice as fast for one more minute of compiling; two files at a time, or small machines run out of memory
    return Promise.all(
      ENGINE_SOURCES.map((name) =>
        this.#object(join(this.#engine, name), SMALL_ENGINE_SOURCES.includes(name) ? ['-w', '-Os'] : ENGINE_FLAGS),
      ),
    );
  }

  /** The objects of the host, without the generator. */
  host(): Promise<string[]> {
    const names = readdirSync(this.#place.sources).filter((name) => name.endsWith('.c') && name !== GENERATOR);
    return Promise.all(
      names.sort().map((name) => this.#object(join(this.#place.sources, name), [...OWN_WARNINGS, ...hostFlags(name)])),
    );
  }

  /** The program that compiles a bundle to bytecode. */
  async generator(): Promise<string> {
    const objects = [...(await this.engine()), await this.#object(join(this.#place.sources, GENERATOR), OWN_WARNINGS)];
    return this.link('generate', objects);
  }

  /** Compiles one source. */
  object(source: string): Promise<string> {
    return this.#object(source, []);
  }

  /** @returns the linked program's path */
  async link(name: string, objects: readonly string[]): Promise<string> {
    const program = join(this.#place.output, this.#target.name, name);
    const { compiler, flags, linkFlags, linkStart = [], linkEnd = [] } = this.#target;
    const inputs = [...linkStart, ...objects, '-lm', '-lpthread', ...linkEnd];
    await this.#compile(compiler, [...flags, ...linkFlags, ...inputs, '-o', program]);
    return program;
  }

  async #object(source: string, extra: readonly string[]): Promise<string> {
    const { compiler, flags } = this.#target;
    const object = join(this.#objects, `${basename(source, '.c')}.o`);
    // no path of this machine in the binary
    const map = [`-ffile-prefix-map=${this.#engine}=engine`, `-ffile-prefix-map=${this.#place.root}=.`];
    const args = [...flags, ...map, ...extra, `-I${this.#engine}`, '-c', source, '-o', object];
    const key = this.#key(args, source);
    const keyFile = `${object}.key`;
    if (existsSync(object) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return object;
    await this.#compile(compiler, args);
    writeFileSync(keyFile, key);
    return object;
  }

  #key(args: readonly string[], source: string): string {
    const hash = createHash('sha256').update(args.join('\0')).update(readFileSync(source));
    for (const name of readdirSync(this.#place.sources).filter((file) => file.endsWith('.h'))) {
      hash.update(readFileSync(join(this.#place.sources, name)));
    }
    return hash.digest('hex');
  }

  async #compile(compiler: string, args: readonly string[]): Promise<void> {
    try {
      await run(compiler, args, { env: { ...process.env, SOURCE_DATE_EPOCH: '0' }, cwd: this.#place.root });
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      if (code === 'ENOENT')
        throw new Error(`${compiler} is missing: apt-get install ${this.#target.packages}`, { cause: error });
      throw new Error(`${compiler} ${relative(this.#place.root, args.at(-3) ?? '')}: ${stderr ?? String(error)}`, {
        cause: error,
      });
    }
  }
}
