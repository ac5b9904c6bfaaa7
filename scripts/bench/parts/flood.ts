import { join } from 'node:path';
import type { Client } from '../client.js';
import { NATIVE, NODE, presentContenders } from '../contenders.js';
import { Samples, type Goal, type Heading, type Table } from '../result.js';
import { RunningAgent } from '../running-agent.js';

const MIB = 1024 * 1024;
/** Bytes of a large write: its base64 still is a message that the agents take. */
const LARGE = 47 * MIB;
const LARGE_WRITES = 12;
const SECONDS = 6;
const ASKED = 200;
/** Microseconds between two questions of the client that is not to be kept waiting. */
const PAUSE = 10_000;
/** Milliseconds that a flood may delay others by. */
const LIMIT: Goal = { value: 100 };
const GOALS: Readonly<Record<string, Goal>> = { [NATIVE]: LIMIT, [NODE]: LIMIT };

const PING = '{"execute":"guest-ping"}';
const ASKS: Readonly<Record<string, string>> = {
  'guest-fsfreeze-status': '{"execute":"guest-fsfreeze-status"}',
  'guest-sync': '{"execute":"guest-sync","arguments":{"id":1}}',
};

type Flood = (client: Client, agent: RunningAgent) => Promise<unknown>;

const FLOODS: Readonly<Record<string, Flood>> = {
  'no flood': () => Promise.resolve(),
  'pings, as many as go': (client, agent) => client.runBeside(agent.socket, 'flood', PING, SECONDS),
  'writes of 47 MiB': (client, agent) =>
    client.runBeside(agent.socket, 'write', join(agent.folder, 'flood'), LARGE, LARGE_WRITES),
};

function headings(): Record<string, Heading> {
  const all: Record<string, Heading> = {};
  for (const flood of Object.keys(FLOODS)) {
    for (const command of Object.keys(ASKS)) {
      for (const figure of ['p50', 'p99', 'most'] as const) {
        const goals = figure === 'p50' ? {} : { goals: GOALS };
        all[`${flood} ${command} ${figure}`] = {
          title: `${flood}: ${command}, ${figure}`,
          unit: 'ms',
          better: 'less',
          ...goals,
        };
      }
    }
  }
  return all;
}

/** Asks while somebody else floods, so often that the flood goes on to the end. */
async function during(client: Client, agent: RunningAgent, flood: string, report: Report): Promise<void> {
  for (const [command, request] of Object.entries(ASKS)) {
    const flooding = FLOODS[flood]?.(client, agent);
    const asking = client.runBeside(agent.socket, 'ask', request, ASKED, PAUSE);
    const [[p50 = NaN, p99 = NaN, most = NaN]] = await Promise.all([asking, flooding]);
    report(`${flood} ${command} p50`, p50 / 1000);
    report(`${flood} ${command} p99`, p99 / 1000);
    report(`${flood} ${command} most`, most / 1000);
  }
}

type Report = (row: string, value: number) => void;

/** How long a client waits for an answer while another one floods the agent. QEMU's agents serve one client at a time. */
export async function measureFlood(client: Client, rounds: number): Promise<Table[]> {
  const samples = new Samples();
  const contenders = presentContenders().filter(({ name }) => name === NATIVE || name === NODE);
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      console.error(`flood, round ${round} of ${rounds}: ${contender.name}`);
      for (const flood of Object.keys(FLOODS)) {
        const agent = await RunningAgent.start(contender);
        try {
          await during(client, agent, flood, (row, value) => samples.add(row, contender.name, value));
        } finally {
          await agent.stop();
        }
      }
    }
  }
  const text =
    `${ASKED} questions, ${PAUSE / 1000} ms apart, on a connection of their own. ` +
    'QEMU’s agents are not here: they serve one client, and a second one waits until the first has gone.';
  const columns = contenders.map(({ name }) => name);
  return [{ title: 'What the other client waits', text, columns, rows: samples.rows(headings()) }];
}
