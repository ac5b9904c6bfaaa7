import { commandTables } from '@qga/protocol';
import type { Command, CommandSet, LinuxCommandName } from '../core/command.js';
import { diskCommands } from './disks.js';

import { cpuCommands } from './cpu.js';
import { execCommands } from './exec.js';
import { fileCommands } from './file.js';
import { filesystemCommands } from './filesystems.js';
import { fsfreezeCommands } from './fsfreeze.js';
import { hostCommands } from './host.js';
import { infoCommands } from './info.js';
import { passwordCommands } from './password.js';

import { memoryCommands } from './memory.js';
import { networkCommands } from './network.js';
import { powerCommands } from './power.js';
import { sshCommands } from './ssh.js';
import { suspendCommands } from './suspend.js';
import { syncCommands } from './sync.js';
import { timeCommands } from './time.js';

/** The command sets, one a domain. */
export const domains = [
  syncCommands,
  timeCommands,
  infoCommands,
  powerCommands,
  fileCommands,
  fsfreezeCommands,
  filesystemCommands,
  diskCommands,
  suspendCommands,
  passwordCommands,
  hostCommands,
  sshCommands,
  execCommands,
  networkCommands,
  cpuCommands,
  memoryCommands,
] as const;

const handled = {
  ...syncCommands,
  ...timeCommands,
  ...infoCommands,
  ...powerCommands,
  ...fileCommands,
  ...fsfreezeCommands,
  ...filesystemCommands,
  ...diskCommands,
  ...suspendCommands,
  ...passwordCommands,
  ...hostCommands,
  ...sshCommands,
  ...execCommands,
  ...networkCommands,
  ...cpuCommands,
  ...memoryCommands,
};

/** The parameter's type makes every command of the schema be handled: a missing one does not compile. */
function inSchemaOrder(set: CommandSet<LinuxCommandName>): Readonly<Record<string, Command>> {
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
