import { connect, ConnectError } from '@qga/client';
import type { FoundGuest } from '../discover/found-guest.js';
import { paint } from '../output/paint.js';
import { formatTable } from '../output/table.js';
import { allGuests } from '../select.js';
import type { Verb } from '../verb.js';

interface Options {
  readonly names?: boolean;
  readonly probe?: boolean;
}

/** A guest, and what its agent is up to. */
interface State extends FoundGuest {
  readonly state: 'up' | 'frozen' | 'down' | 'unknown';
  readonly version?: string;
  /** why it is not up */
  readonly reason?: string;
}

/** Lists guests: of the configuration, of libvirt, of Proxmox, and running QEMU processes. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.option('--names', 'only names, one a line');
    command.option('--no-probe', 'do not ask the agents');
  },
  run: async (context, { options }) => {
    const found = allGuests();
    if (options.names === true) {
      process.stdout.write(found.map(({ name }) => `${name}\n`).join(''));
      return 0;
    }
    const limit = Math.min(context.globals.timeout ?? 1500, 5000);
    const states = await Promise.all(
      found.map(async (guest): Promise<State> => (options.probe === false ? unknown(guest) : probe(guest, limit))),
    );
    if (context.json) context.printJson(states);
    else process.stdout.write(formatTable(table(states)));
    return 0;
  },
};

function unknown(guest: FoundGuest): State {
  return { ...guest, state: 'unknown' };
}

async function probe(found: FoundGuest, limit: number): Promise<State> {
  if (found.target === undefined) return { ...found, state: 'down', reason: found.note ?? 'no channel' };
  try {
    const guest = await connect(found.target, { syncLimit: limit, callLimit: limit });
    try {
      const { version } = await guest.call('guest-info');
      const frozen = (await guest.call('guest-fsfreeze-status').catch(() => 'thawed')) === 'frozen';
      return { ...found, state: frozen ? 'frozen' : 'up', version };
    } finally {
      guest.close();
    }
  } catch (error) {
    return { ...found, state: 'down', reason: explain(error) };
  }
}

/** Short, since it stands in a table; `qga doctor` is for more. */
const REASONS: Readonly<Record<string, string>> = {
  absent: 'no such socket',
  forbidden: 'not permitted for this user',
  refused: 'nothing listens on the socket',
  busy: 'too many clients wait for the channel',
  silent: 'no answer: no agent runs, or another client holds the channel',
};

function explain(error: unknown): string {
  if (error instanceof ConnectError) return REASONS[error.reason] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

const COLOURS = { up: 'green', frozen: 'cyan', down: 'red', unknown: 'dim' } as const;

function table(states: readonly State[]): Parameters<typeof formatTable>[0] {
  const down = states.filter(({ state }) => state === 'down').length;
  return {
    head: ['NAME', 'FROM', 'STATE', 'AGENT', 'TARGET', 'REASON'],
    rows: states.map((one) => [one.name, one.from, one.state, one.version ?? '-', one.target ?? '-', one.reason ?? '']),
    colours: { STATE: (text) => paint(COLOURS[text as keyof typeof COLOURS], text) },
    notes: [
      ...(states.length === 0 ? ['no guests: none in the configuration, no libvirt, no Proxmox, no QEMU process'] : []),
      ...(down === 0 ? [] : ['qga doctor -g NAME says what to do about one that is down']),
    ],
  };
}
