import type { Guest } from '@qga/client';
import type { Command } from 'commander';
import type { Context } from './context.js';
import { harmless } from './text.js';
import type { Selected } from './select.js';
import type { Given, Verb } from './verb.js';
import type { Table } from './output/table.js';

/** A verb that gets one value from each guest and shows it. */
export interface Query<V, O extends object> {
  setUp?(command: Command): void;
  /** Gets the value: what `--json` prints. */
  ask(guest: Guest, given: Given<O>, selected: Selected): Promise<V>;
  /** @returns what people see: a table, or a sentence */
  show(value: V, given: Given<O>): Table | string;
}

/** @returns the verb that asks all guests that are meant, prints what they say, and tells of those that failed */
export function perGuest<V, O extends object = object>(query: Query<V, O>): Verb<O> {
  return {
    setUp: (command) => query.setUp?.(command),
    run: async (context, given) => {
      const outcomes = await context.each((guest, selected) => query.ask(guest, given, selected));
      const good = outcomes.flatMap((outcome) => ('value' in outcome ? [outcome] : []));
      if (context.json) for (const { guest, value } of good) context.printValue(guest, value);
      else
        await showAll(
          context,
          good.map(({ guest, value }) => [guest.name, query.show(value, given)] as const),
        );
      return context.conclude(outcomes);
    },
  };
}

async function showAll(
  context: Context,
  shown: readonly (readonly [name: string, what: Table | string])[],
): Promise<void> {
  const { many } = context.selection;
  const tables: [string, Table][] = [];
  for (const [name, what] of shown) {
    if (typeof what !== 'string') tables.push([name, what]);
    else process.stdout.write(`${many ? `${name}: ` : ''}${harmless(what)}\n`);
  }
  const [first] = tables;
  if (first === undefined) return;
  const { formatTable, mergeTables } = await import('./output/table.js');
  process.stdout.write(formatTable(many ? mergeTables(tables) : first[1]));
}
