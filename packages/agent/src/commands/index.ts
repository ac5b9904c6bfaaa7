import { commandTables } from '@qga/protocol';
import type { Command, CommandSet, LinuxCommandName } from '../core/command.js';
import { cpuCommands } from './cpu.js';
import { execCommands } from './exec.js';
import { fileCommands } from './file.js';
import { fsfreezeCommands } from './fsfreeze.js';
import { infoCommands } from './info.js';
import { memoryCommands } from './memory.js';
import { networkCommands } from './network.js';
import { powerCommands } from './power.js';
import type { PendingCommand } from './pending.js';
import { syncCommands } from './sync.js';

/** The command sets, one a domain. */
export const domains = [
  syncCommands,
  infoCommands,
  powerCommands,
  fileCommands,
  fsfreezeCommands,
  execCommands,
  networkCommands,
  cpuCommands,
  memoryCommands,
] as const;

const handled = {
  ...syncCommands,
  ...infoCommands,
  ...powerCommands,
  ...fileCommands,
  ...fsfreezeCommands,
  ...execCommands,
  ...networkCommands,
  ...cpuCommands,
  ...memoryCommands,
};

/** Every command of the schema must be handled or stand on the pending list, and not both: else this does not compile. */
type Offered = CommandSet<Exclude<LinuxCommandName, PendingCommand>> & { readonly [N in PendingCommand]?: never };

function inSchemaOrder(set: Offered): Readonly<Record<string, Command>> {
  const byName: Readonly<Record<string, unknown>> = set;
  const names = Object.keys(commandTables).filter((name) => byName[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, byName[name] as Command]));
}

/** All commands that the agent offers, by name, in the schema's order. */
export const commands = inSchemaOrder(handled);

/** Names of the commands that may be called while filesystems are frozen. */
export function frozenSafeCommands(): string[] {
  return Object.keys(commands).filter((name) => commands[name]?.whileFrozen === true);
}
