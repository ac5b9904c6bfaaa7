import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../repository.js';
import { Samples, type Goal, type Heading, type Table } from './result.js';

const KIB = 1024;
const MIB = KIB * KIB;
/** Sizes of a request that a plain client may choose. */
const CHUNKS = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 12 * MIB] as const;

export type Direction = 'from' | 'to';
export type How = 'ours' | 'bare' | 'plain';

/** An agent that answers on a socket, and files that can be copied. */
export interface CopyPlace {
  readonly name: string;
  readonly socket: string;
  /** existing file of so many bytes, by its path at the end that has it */
  readonly source: Readonly<Record<Direction, string>>;
  readonly target: Readonly<Record<Direction, string>>;
  readonly bytes: number;
  /** the shorter files on which the chunk size is chosen */
  readonly sample: Readonly<Record<Direction, string>>;
  readonly sampleBytes: number;
  /** seconds of processor time that the agent has used, where that can be told */
  agentCpu(): Promise<number>;
}

export interface Copied {
  readonly seconds: number;
  readonly peak: number;
  readonly cpu: number;
}

/** Copies in a process of its own. @throws Error when it fails */
export function copy(
  how: How,
  direction: Direction,
  place: Pick<CopyPlace, 'socket'>,
  source: string,
  target: string,
  chunk = 0,
): Copied {
  const worker = join(ROOT, 'build/scripts/bench/copy-worker.js');
  const args = [worker, how, direction, place.socket, source, target, String(chunk)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const [seconds = NaN, peak = NaN, cpu = NaN] = output.trim().split(' ').map(Number);
  return { seconds, peak, cpu };
}

/** Bytes of a request with which a plain client is fastest; what each size gave goes into the samples, in MB/s. */
export function bestChunk(place: CopyPlace, direction: Direction, samples: Samples): number {
  let best: { chunk: number; seconds: number } = { chunk: CHUNKS[0], seconds: Infinity };
  for (const chunk of CHUNKS) {
    const { seconds } = copy('plain', direction, place, place.sample[direction], place.target[direction], chunk);
    samples.add(`${place.name} ${direction}`, chunkName(chunk), place.sampleBytes / 1e6 / seconds);
    if (seconds < best.seconds) best = { chunk, seconds };
  }
  return best.chunk;
}

function chunkName(chunk: number): string {
  return chunk < MIB ? `${chunk / KIB} KiB` : `${chunk / MIB} MiB`;
}

/** What the plain client did with each size of requests. */
export function chunkTable(names: readonly string[], samples: Samples, bytes: number): Table {
  const headings: Record<string, Heading> = {};
  for (const name of names) {
    headings[`${name} from`] = { title: `from the guest, ${name}`, unit: 'MB/s', better: 'more' };
    headings[`${name} to`] = { title: `to the guest, ${name}`, unit: 'MB/s', better: 'more' };
  }
  const text = `One request at a time, ${bytes / MIB} MiB, by the size of the request. Its best size is taken for the comparison.`;
  return { title: 'The plain client', text, columns: CHUNKS.map(chunkName), rows: samples.rows(headings) };
}

const COLUMNS = { ours: 'ours', bare: 'ours, not compared', plain: 'plain' } as const;

/** The figures of one agent. */
export class CopySamples {
  readonly #samples = new Samples();
  #text = '';

  /** One round: each client, each way. */
  async measure(place: CopyPlace, chunks: Readonly<Record<Direction, number>>): Promise<void> {
    for (const direction of ['from', 'to'] as const) {
      for (const how of ['ours', 'bare', 'plain'] as const) {
        const before = await place.agentCpu();
        const done = copy(how, direction, place, place.source[direction], place.target[direction], chunks[direction]);
        const busy = (await place.agentCpu()) - before;
        const column = COLUMNS[how];
        this.#samples.add(`${direction} speed`, column, place.bytes / 1e6 / done.seconds);
        this.#samples.add(`${direction} busy`, column, (busy / done.seconds) * 100);
        this.#samples.add(`${direction} cpu`, column, (done.cpu / place.bytes) * MIB * 1000);
        this.#samples.add(`${direction} peak`, column, done.peak / KIB);
      }
    }
    const { from, to } = chunks;
    this.#text =
      `${place.bytes / MIB} MiB. The plain client asks for ${chunkName(from)} and writes ${chunkName(to)} at a time. ` +
      'Our copy puts the new file in the place of the old one and compares SHA-256 sums of both ends; «not compared» leaves the sums out. The plain client does neither.';
  }

  /** @param goal of reading, for our client with this agent */
  table(name: string, goal: Goal | undefined): Table {
    const words = { from: 'from the guest', to: 'to the guest' };
    const headings: Record<string, Heading> = {};
    for (const direction of ['from', 'to'] as const) {
      const title = words[direction];
      const goals = goal !== undefined && direction === 'from' ? { goals: { [COLUMNS.ours]: goal } } : {};
      headings[`${direction} speed`] = { title, unit: 'MB/s', better: 'more', ...goals };
      headings[`${direction} busy`] = { title: `${title}: the agent is busy`, unit: '% of the time', better: 'more' };
      headings[`${direction} cpu`] = {
        title: `${title}: client’s processor time for a MiB`,
        unit: 'ms',
        better: 'less',
      };
      headings[`${direction} peak`] = { title: `${title}: client’s peak RSS`, unit: 'MiB', better: 'less' };
    }
    const columns = Object.values(COLUMNS);
    return {
      title: `Copying with ${name}`,
      text: this.#text,
      columns,
      reference: COLUMNS.plain,
      rows: this.#samples.rows(headings),
    };
  }
}
