import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Client } from '../client.js';
import { REFERENCE } from '../contenders.js';
import { BenchGuest, GUESTS } from '../guest.js';
import { Samples, type Table } from '../result.js';
import { ROWS } from './agents.js';

const KIB = 1024;
/** The processor is emulated: fewer of everything than on the machine itself. */
const PINGS = 1000;
const PIPELINED = 3200;
const EXECS = 10;
const STARTS = 3;
const TRANSFER = 4 * KIB * KIB;
const COUNT_LIMIT = 200;
const SIZES = [4, 64, 1024, 8192] as const;
/** On the first disk, ext4. */
const FILE = '/mnt/data/bench';

type Report = (row: string, value: number) => void;

/** From the line that the guest sends right before it starts the agent, to the agent's first reply. */
async function startTime(guest: BenchGuest): Promise<number> {
  const serial = createConnection(guest.machine.isaLine);
  const port = createConnection(guest.socket);
  await Promise.all([once(serial, 'connect'), once(port, 'connect')]);
  try {
    const started = once(serial, 'data').then(() => performance.now());
    const replied = once(port, 'data').then(() => performance.now());
    // it waits in the port until an agent opens the other end
    port.write('{"execute":"guest-ping"}\n');
    await guest.startAgent();
    return (await replied) - (await started);
  } finally {
    serial.destroy();
    port.destroy();
  }
}

function transfers(client: Client, socket: string, report: Report): void {
  for (const kib of SIZES) {
    const size = kib * KIB;
    const count = Math.min(Math.ceil(TRANSFER / size), COUNT_LIMIT);
    report(`write${kib}`, (client.run(socket, 'write', FILE, size, count)[0] ?? NaN) / 1e6);
    report(`read${kib}`, (client.run(socket, 'read', FILE, size, count)[0] ?? NaN) / 1e6);
  }
}

async function measureGuest(client: Client, guest: BenchGuest, report: Report): Promise<void> {
  for (let start = 0; start < STARTS; start++) {
    if (start > 0) await guest.stopAgent();
    report('start', await startTime(guest));
  }
  const idle = await guest.memory();
  report('rss', idle.rss);
  report('pss', idle.pss);
  report('anonymous', idle.anonymous);
  client.run(guest.socket, 'ping', PINGS / 10);
  const [p50 = NaN, p99 = NaN] = client.run(guest.socket, 'ping', PINGS);
  report('p50', p50);
  report('p99', p99);
  report('pipelined', client.run(guest.socket, 'pipeline', PIPELINED)[0] ?? NaN);
  report('exec', client.run(guest.socket, 'exec', EXECS)[0] ?? NaN);
  transfers(client, guest.socket, report);
  const after = await guest.memory();
  report('peak', after.peak);
  report('after', after.rss);
}

/** The agents inside a virtual machine, each in a machine of its own, booted in turn. */
export async function measureVm(client: Client, rounds: number): Promise<Table[]> {
  const samples = new Samples();
  for (let round = 1; round <= rounds; round++) {
    for (const name of GUESTS) {
      console.error(`vm, round ${round} of ${rounds}: ${name}`);
      const guest = await BenchGuest.boot(name);
      try {
        await measureGuest(client, guest, (row, value) => samples.add(row, name, value));
      } finally {
        await guest.end();
      }
    }
  }
  const headings = Object.entries(ROWS).map(
    ([name, { title, unit, better }]) => [name, { title, unit, better }] as const,
  );
  const text =
    'QEMU 7.2 without KVM, two emulated processors, 1 GiB; the client is outside, at the socket of the virtio port; files lie on a virtio disk with ext4. ' +
    'The goals are those of the machine itself and are not asked for here: an emulated processor makes interpreted code slower than compiled code by another factor than a real one.';
  const rows = samples.rows(Object.fromEntries(headings));
  return [{ title: 'Start, memory, speed over virtio-serial', text, columns: GUESTS, reference: REFERENCE, rows }];
}
