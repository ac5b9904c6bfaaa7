import { LIMITS, type LimitName } from './limits.js';
import type { OptionRow } from './option-row.js';

function limitRow(name: LimitName): OptionRow {
  const { help, key, least, most, usual } = LIMITS[name];
  const lines: string[] = [...help];
  const last = lines.pop() ?? '';
  return {
    long: key,
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: name, least, most },
    key,
    help: [...lines, `${last} (default: ${String(usual)})`],
  };
}

/** What QEMU's agent does not have. Its letters stay its own, so these have none. */
export const OWN_OPTIONS: readonly OptionRow[] = [
  {
    long: 'allow-uids',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'allowUids' },
    key: 'allow-uids',
    help: ['users (numbers) that may connect with unix-listen, besides root', "and the agent's own"],
  },
  {
    long: 'vsock-allow-cids',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'vsockAllowCids' },
    key: 'vsock-allow-cids',
    help: ['peers (numbers) that may connect with vsock-listen, besides the host (2)'],
  },
  {
    long: 'audit',
    argument: 'required',
    metavar: 'WHERE',
    effect: { kind: 'text', setting: 'audit' },
    key: 'audit',
    help: ['write a JSON line for each command: to this file,', 'to syslog or to journald'],
  },
  {
    long: 'audit-max-size',
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: 'auditMaxSize', least: 0, most: 999_999_999 },
    key: 'audit-max-size',
    help: ['bytes after which the file is rotated; 0: never', '(default: 10485760)'],
  },
  {
    long: 'audit-keep',
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: 'auditKeep', least: 0, most: 1000 },
    key: 'audit-keep',
    help: ['how many older files are kept, as FILE.1 … (default: 5)'],
  },
  {
    long: 'audit-skip',
    argument: 'required',
    metavar: 'LIST',
    effect: { kind: 'list', setting: 'auditSkip' },
    key: 'audit-skip',
    help: ['commands that are written down only when they fail'],
  },
  {
    long: 'self-test',
    argument: 'glued',
    metavar: 'FORMAT',
    effect: { kind: 'action', action: 'self-test' },
    help: ['tell what works in this guest, and exit;', '--self-test=json for scripts'],
  },
  {
    long: 'check-policy',
    argument: 'required',
    metavar: 'FILE',
    effect: { kind: 'action', action: 'check-policy' },
    help: ['explain the policy of a configuration file, and exit'],
  },
  {
    long: 'freeze-timeout',
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: 'freezeTimeout', least: 0, most: 86_400 },
    key: 'freeze-timeout',
    help: ['thaw after so many seconds, whatever the host does;', '0: never (default: 600)'],
  },
  {
    long: 'freeze-lease-refresh',
    argument: 'none',
    effect: { kind: 'flag', setting: 'freezeLeaseRefresh' },
    key: 'freeze-lease-refresh',
    help: ['that time begins anew whenever the host asks for the freeze status'],
  },
  {
    long: 'freeze-limit',
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: 'freezeLimit', least: 1, most: 86_400 },
    key: 'freeze-limit',
    help: ['seconds in which each filesystem must freeze (default: 60)'],
  },
  {
    long: 'hook-timeout',
    argument: 'required',
    metavar: 'N',
    effect: { kind: 'number', setting: 'hookTimeout', least: 1, most: 86_400 },
    key: 'hook-timeout',
    help: ['seconds that each call of the fsfreeze hook may take (default: 60)'],
  },
  ...(Object.keys(LIMITS) as LimitName[]).map(limitRow),
];
