import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bestChunk, chunkTable, CopySamples, type CopyPlace, type Direction } from '../copies.js';
import { BenchGuest, GUESTS } from '../guest.js';
import { Samples, type Table } from '../result.js';
import { writeBytes } from '../source-file.js';
import { copy } from '../copies.js';

const MIB = 1024 * 1024;
/** An emulated processor is slow. */
const BYTES = 32 * MIB;
const SAMPLE_BYTES = 8 * MIB;

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

/** Our client beside the plain one, to agents in a virtual machine. */
export async function measureClientInVm(rounds: number): Promise<Table[]> {
  const files = mkdtempSync(join(tmpdir(), 'qga-bench-'));
  writeBytes(join(files, 'source'), BYTES);
  writeBytes(join(files, 'sample'), SAMPLE_BYTES);
  const tried = new Samples();
  const chosen = new Map<string, Record<Direction, number>>();
  const results = new Map(GUESTS.map((name) => [name, new CopySamples()]));
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const name of GUESTS) {
        console.error(`client-vm, round ${round} of ${rounds}: ${name}`);
        const guest = await BenchGuest.boot(name);
        try {
          const place = placeOf(name, guest, files);
          await guest.startAgent();
          for (const kind of ['source', 'sample'] as const) copy('bare', 'to', place, place[kind].to, place[kind].from);
          const chunks = chosen.get(name) ?? {
            from: bestChunk(place, 'from', tried),
            to: bestChunk(place, 'to', tried),
          };
          chosen.set(name, chunks);
          await results.get(name)?.measure(place, chunks);
        } finally {
          await guest.end();
        }
      }
    }
  } finally {
    rmSync(files, { recursive: true });
  }
  const tables = Array.from(results, ([name, samples]) => samples.table(name, undefined));
  return [...tables, chunkTable(GUESTS, tried, SAMPLE_BYTES)];
}
