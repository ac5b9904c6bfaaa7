import type { Client } from '../client.js';
import { NATIVE, NODE, presentContenders, REFERENCE, type Contender } from '../contenders.js';
import { Samples, type Goal, type Heading, type Table } from '../result.js';
import { RunningAgent } from '../running-agent.js';
import { crowd, crowds, type Crowd } from './crowds.js';

/** Commands that only ask. Those with arguments are asked for what every machine has. */
const QUERIES: Readonly<Record<string, string>> = {
  'guest-sync': '{"id":1}',
  'guest-ping': '',
  'guest-info': '',
  'guest-get-time': '',
  'guest-get-host-name': '',
  'guest-get-timezone': '',
  'guest-get-osinfo': '',
  'guest-get-users': '',
  'guest-get-load': '',
  'guest-get-cpustats': '',
  'guest-get-vcpus': '',
  'guest-get-memory-blocks': '',
  'guest-get-memory-block-info': '',
  'guest-get-disks': '',
  'guest-get-diskstats': '',
  'guest-get-fsinfo': '',
  'guest-fsfreeze-status': '',
  'guest-network-get-interfaces': '',
  'guest-network-get-route': '',
  'guest-ssh-get-authorized-keys': '{"username":"root"}',
};

const COUNT = 200;
/** With a crowd a single answer may take seconds. */
const CROWD_COUNT = 5;
const WITHIN: Goal = { ratio: 1 };
const GOALS: Readonly<Record<string, Goal>> = { [NATIVE]: WITHIN, [NODE]: WITHIN };

function request(command: string): string {
  const args = QUERIES[command] ?? '';
  return args === '' ? `{"execute":"${command}"}` : `{"execute":"${command}","arguments":${args}}`;
}

/** @returns p50 in microseconds; NaN when the agent does not offer the command, or refuses it here */
function ask(client: Client, agent: RunningAgent, command: string, count: number): number {
  try {
    return client.run(agent.socket, 'ask', request(command), count, 0)[0] ?? NaN;
  } catch {
    return NaN;
  }
}

async function inTurn(
  rounds: number,
  prefix: readonly string[],
  measure: (agent: RunningAgent, contender: Contender) => void,
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const contender of presentContenders()) {
      console.error(`queries, round ${round} of ${rounds}: ${contender.name}`);
      const agent = await RunningAgent.start(contender, prefix);
      try {
        measure(agent, contender);
      } finally {
        await agent.stop();
      }
    }
  }
}

/** Each is asked once without counting, so that what is loaded once is loaded. */
async function plain(client: Client, rounds: number, columns: readonly string[]): Promise<Table[]> {
  const clock = new Samples();
  const processor = new Samples();
  await inTurn(rounds, [], (agent, { name }) => {
    for (const command of Object.keys(QUERIES)) {
      if (Number.isNaN(ask(client, agent, command, 1))) continue;
      const before = agent.cpu(client);
      clock.add(command, name, ask(client, agent, command, COUNT));
      processor.add(command, name, (agent.cpu(client) - before) / COUNT);
    }
  });
  const headings = (more: Partial<Heading>): Record<string, Heading> =>
    Object.fromEntries(Object.keys(QUERIES).map((title) => [title, { title, unit: 'µs', better: 'less', ...more }]));
  const common = { columns, reference: REFERENCE };
  const text = `p50 of ${COUNT} on the machine itself, over a unix socket. A command that an agent does not have, or that this machine cannot answer, is left out.`;
  return [
    { ...common, title: 'Each command', text, rows: clock.rows(headings({ goals: GOALS })) },
    {
      ...common,
      title: 'Each command, processor time of the agent',
      text: 'Mean of the same requests; it hardly depends on what else the machine does.',
      rows: processor.rows(headings({})),
    },
  ];
}

/** One crowd in two sizes: what takes four times as long with four times as many is no quadratic walk. */
async function crowded(client: Client, rounds: number, columns: readonly string[], kind: Crowd): Promise<Table> {
  const samples = new Samples();
  const headings: Record<string, Heading> = {};
  for (const size of [kind.most / 4, kind.most]) {
    const made = crowd(client, kind, size);
    try {
      await inTurn(rounds, made.prefix, (agent, { name }) => {
        for (const command of kind.commands) {
          const row = `${command} ${size}`;
          headings[row] = { title: `${command}, ${size}`, unit: 'ms', better: 'less', goals: GOALS };
          samples.add(row, name, ask(client, agent, command, CROWD_COUNT) / 1000);
        }
      });
    } finally {
      made.remove();
    }
  }
  return { title: `Many ${kind.title}`, text: kind.text, columns, reference: REFERENCE, rows: samples.rows(headings) };
}

/** Every command that only asks, and those that walk long lists with long lists. */
export async function measureQueries(client: Client, rounds: number): Promise<Table[]> {
  const columns = presentContenders().map(({ name }) => name);
  const tables = await plain(client, rounds, columns);
  for (const kind of crowds()) tables.push(await crowded(client, Math.min(rounds, 3), columns, kind));
  return tables;
}
