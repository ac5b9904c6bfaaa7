import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bestChunk, chunkTable, copy, CopySamples, type CopyPlace, type Direction } from '../copies.js';
import { BenchGuest, GUESTS } from '../guest.js';
import { Samples, type Table } from '../result.js';
import { writeBytes } from '../source-file.js';

const MIB = 1024 * 1024;
/** An emulated processor is slow. */
const BYTES = 16 * MIB;
const SAMPLE_BYTES = 2 * MIB;

/** Sources to the guest lie here, sources from the guest in its tmpfs. */
function placeOf(name: string, guest: BenchGuest, files: string): CopyPlace {
  return {
    name,
    socket: guest.socket,
    source: { from: '/run/source', to: join(files, 'source') },
    sample: { from: '/run/sample', to: join(files, 'sample') },
    target: { from: join(files, 'target'), to: '/run/target' },
    bytes: BYTES,
    sampleBytes: SAMPLE_BYTES,
    agentCpu: () => guest.cpu(),
  };
}

/** The figures of one guest: how fast each size of requests was, the best ones, and the copies. */
class GuestCopies {
  readonly samples = new CopySamples();
  #chunks: Record<Direction, number> | undefined;

  /** Boots a machine, brings the files that are to be read from it, and copies. */
  async round(name: string, files: string, tried: Samples): Promise<void> {
    const guest = await BenchGuest.boot(name);
    try {
      const place = placeOf(name, guest, files);
      await guest.startAgent();
      for (const kind of ['source', 'sample'] as const)
        copy('plain', 'to', place, place[kind].to, place[kind].from, MIB);
      this.#chunks ??= { from: bestChunk(place, 'from', tried), to: bestChunk(place, 'to', tried) };
      await this.samples.measure(place, this.#chunks);
    } finally {
      await guest.end();
    }
  }
}

/** Our client beside the plain one, to agents in a virtual machine. A copy that fails ends its machine's round and leaves a gap. */
export async function measureClientInVm(rounds: number): Promise<Table[]> {
  const files = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  writeBytes(join(files, 'source'), BYTES);
  writeBytes(join(files, 'sample'), SAMPLE_BYTES);
  const tried = new Samples();
  const results = new Map(GUESTS.map((name) => [name, new GuestCopies()]));
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const [name, copies] of results) {
        console.error(`client-vm, round ${round} of ${rounds}: ${name}`);
        await copies.round(name, files, tried).catch((error: unknown) => {
          console.error(`client-vm: ${name}: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
    }
  } finally {
    rmSync(files, { recursive: true });
  }
  const tables = Array.from(results, ([name, { samples }]) => samples.table(name, undefined));
  return [...tables, chunkTable(GUESTS, tried, SAMPLE_BYTES)];
}
