import { setTimeout as sleep } from 'node:timers/promises';
import { guestAt, type NodeGuest } from '@qga/client';
import type { Context } from '../context.js';
import { readCount } from '../globals.js';
import { interruption } from '../interrupt.js';
import { paint } from '../output/paint.js';
import { formatTable } from '../output/table.js';
import { downRow, takeSample, TOP_HEAD, TOP_RIGHT, topRow, type Sample } from '../sample.js';
import type { Verb } from '../verb.js';

interface Options {
  readonly delay?: number;
  readonly count?: number;
}

const DELAY = 2;

/** A guest that is being watched. */
interface Watched {
  readonly name: string;
  readonly guest: NodeGuest;
  before: Sample | undefined;
}

/** A live view of guests: a screen of its own on a terminal, one table after the other elsewhere. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.option('-d, --delay <SECONDS>', 'between two looks; default 2', (text) => readCount('--delay', text));
    command.option('-n, --count <NUMBER>', 'end after so many; default: at q or Ctrl-C', (text) =>
      readCount('--count', text),
    );
  },
  run: async (context, { options }) => {
    const { signal, release } = interruption();
    const limits = { syncLimit: 1500, callLimit: context.globals.timeout ?? 5000 };
    const watched = context.selection.guests.map(({ name, target }): Watched => ({
      name,
      guest: guestAt(target, limits),
      before: undefined,
    }));
    // what is asked for so many times is to be there afterwards
    const screen = options.count === undefined ? openScreen(() => process.emit('SIGINT')) : undefined;
    try {
      for (let left = options.count ?? Infinity; left > 0 && !signal.aborted; left -= 1) {
        await look(context, watched, screen !== undefined);
        if (left > 1) await sleep((options.delay ?? DELAY) * 1000, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      screen?.close();
      for (const { guest } of watched) guest.close();
      release();
    }
    return 0;
  },
};

async function look(context: Context, watched: readonly Watched[], onScreen: boolean): Promise<void> {
  const rows = await Promise.all(watched.map(nextRow));
  if (context.json) {
    context.printJson(
      rows.map((row) => Object.fromEntries(TOP_HEAD.map((title, at) => [title.toLowerCase(), row[at]]))),
    );
    return;
  }
  const table = formatTable({
    head: TOP_HEAD,
    right: TOP_RIGHT,
    rows,
    colours: { STATE: (text) => paint(text === 'up' ? 'green' : 'red', text) },
  });
  const title = `qga top  ${new Date().toLocaleTimeString('sv')}  ${String(rows.length)} ${rows.length === 1 ? 'guest' : 'guests'}  ${paint('dim', 'q quits')}\n\n`;
  process.stdout.write(onScreen ? `\x1b[H\x1b[J${title}${table}` : table);
}

async function nextRow(one: Watched): Promise<string[]> {
  try {
    const sample = await takeSample(one.guest);
    const row = topRow(one.name, sample, one.before);
    one.before = sample;
    return row;
  } catch (error) {
    one.before = undefined;
    return downRow(one.name, error);
  }
}

/** The terminal's second screen, with keys that come at once; undefined when there is no terminal. */
function openScreen(quit: () => void): { close(): void } | undefined {
  if (!process.stdout.isTTY || !process.stdin.isTTY) return undefined;
  const onKey = (bytes: Buffer): void => {
    // Ctrl-C does not make a signal while keys come raw
    if (bytes.includes('q') || bytes.includes(3)) quit();
  };
  process.stdout.write('\x1b[?1049h\x1b[?25l');
  process.stdin.setRawMode(true).on('data', onKey).resume();
  return {
    close: () => {
      process.stdin.setRawMode(false).off('data', onKey).pause();
      process.stdout.write('\x1b[?25h\x1b[?1049l');
    },
  };
}
