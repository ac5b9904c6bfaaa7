import type { VerbEntry } from '../verb.js';

const FIND = 'Find and reach guests';
const POWER = 'Power';
const WORK = 'Files and programs';
const FREEZE = 'Hold filesystems still';
const SHOW = 'Look inside';
const CHANGE = 'Change';
const LOW = 'The protocol itself';

/** All verbs, in the order of the overview. */
export const VERBS: readonly VerbEntry[] = [
  { name: 'ls', group: FIND, summary: 'list the guests of this machine', load: () => import('./ls.js') },
  { name: 'ping', group: FIND, summary: 'ask the agent for a sign of life', load: () => import('./ping.js') },
  { name: 'info', group: FIND, summary: "show the agent's version and commands", load: () => import('./info.js') },
  { name: 'wait', group: FIND, summary: 'wait until the agent answers', load: () => import('./wait.js') },
  { name: 'doctor', group: FIND, summary: 'say why an agent does not answer', load: () => import('./doctor.js') },
  { name: 'shutdown', group: POWER, summary: 'power the guest down', load: () => import('./shutdown.js') },
  { name: 'reboot', group: POWER, summary: 'restart the guest', load: () => import('./reboot.js') },
  { name: 'halt', group: POWER, summary: 'halt the guest without power-off', load: () => import('./halt.js') },
  { name: 'exec', group: WORK, summary: 'run a program in the guest', load: () => import('./exec.js') },
  { name: 'cat', group: WORK, summary: 'print files of the guest', load: () => import('./cat.js') },
  { name: 'put', group: WORK, summary: 'copy a file into the guest', load: () => import('./put.js') },
  { name: 'get', group: WORK, summary: 'copy a file out of the guest', load: () => import('./get.js') },
  { name: 'cp', group: WORK, summary: 'copy files or folders, either way', load: () => import('./cp.js') },
  { name: 'freeze', group: FREEZE, summary: 'freeze filesystems', load: () => import('./freeze.js') },
  { name: 'thaw', group: FREEZE, summary: 'thaw filesystems', load: () => import('./thaw.js') },
  { name: 'status', group: FREEZE, summary: 'say whether filesystems are frozen', load: () => import('./status.js') },
  { name: 'snapshot', group: FREEZE, summary: 'run a command while frozen', load: () => import('./snapshot.js') },
  { name: 'os', group: SHOW, summary: 'operating system, host name, time zone', load: () => import('./os.js') },
  { name: 'fs', group: SHOW, summary: 'mounted filesystems and their use', load: () => import('./fs.js') },
  { name: 'disks', group: SHOW, summary: 'disks and partitions', load: () => import('./disks.js') },
  { name: 'net', group: SHOW, summary: 'the primary address, all interfaces', load: () => import('./net.js') },
  { name: 'cpu', group: SHOW, summary: 'processors and what they did', load: () => import('./cpu.js') },
  { name: 'mem', group: SHOW, summary: 'memory', load: () => import('./mem.js') },
  { name: 'load', group: SHOW, summary: 'load averages', load: () => import('./load.js') },
  { name: 'users', group: SHOW, summary: 'who is logged in', load: () => import('./users.js') },
  { name: 'time', group: SHOW, summary: "the guest's clock, beside this one", load: () => import('./time.js') },
  { name: 'top', group: SHOW, summary: 'live view of guests', load: () => import('./top.js') },
  { name: 'ssh-key', group: CHANGE, summary: 'list, add or remove SSH keys', load: () => import('./ssh-key.js') },
  { name: 'passwd', group: CHANGE, summary: "set a user's password", load: () => import('./passwd.js') },
  { name: 'shell', group: LOW, summary: 'an interactive prompt', load: () => import('./shell.js') },
  { name: 'call', group: LOW, summary: 'any command of the schema', load: () => import('./call.js') },
  { name: 'raw', group: LOW, summary: 'send JSON as it is', load: () => import('./raw.js') },
  { name: 'completion', group: LOW, summary: 'print a completion script', load: () => import('./completion.js') },
];
