/** A run of the command line and what is to be seen of it. */
export interface VerbCase {
  /** what follows `qga -s TARGET`; LOCAL stands for a folder of the host's, USER for a user of the guest's */
  readonly argv: readonly string[];
  readonly input?: string;
  /** what standard output has to show; default: anything */
  readonly seen?: RegExp;
  /** the exit code; default 0 */
  readonly code?: number;
}

const REMOTE = '/tmp/client-matrix';

/** Every verb of the command line but those that end the machine, in an order in which each finds what it needs. */
export const VERBS: readonly VerbCase[] = [
  { argv: ['wait', '--for', '20'], seen: /is ready/ },
  { argv: ['ping'], seen: /^the agent answers/ },
  { argv: ['info'], seen: /^version \S+, \d+ commands/ },
  { argv: ['doctor'], seen: /ok +agent/ },
  { argv: ['os', '--json'], seen: /"kernel-release"/ },
  { argv: ['fs'], seen: /^MOUNTED ON|^no filesystem/ },
  { argv: ['disks'], seen: /vda +disk +\d/ },
  { argv: ['net', '--all'], seen: /^lo /m },
  { argv: ['cpu'], seen: /^CPU +ONLINE.*\n +0 +yes/ },
  { argv: ['mem'], seen: /^memory +\d/m },
  { argv: ['load'], seen: /^1 MIN/ },
  { argv: ['users'], seen: /^USER|^nobody/ },
  { argv: ['time'], seen: /this machine/ },
  { argv: ['top', '--count', '1'], seen: /^GUEST +STATE/ },
  { argv: ['exec', '--', 'sh', '-c', 'echo out; exit 7'], seen: /^out\n$/, code: 7 },
  { argv: ['put', 'LOCAL/sent', REMOTE] },
  { argv: ['cat', REMOTE], seen: /^what is sent\n$/ },
  { argv: ['get', REMOTE, 'LOCAL/got'] },
  { argv: ['status'], seen: /^thawed$/m },
  { argv: ['freeze'], seen: /[1-9]\d* filesystems? frozen/ },
  { argv: ['status'], seen: /^frozen\b/m },
  { argv: ['thaw'], seen: /^thawed [1-9]/ },
  { argv: ['snapshot', '--', 'echo', 'copying'], seen: /^copying\n$/ },
  { argv: ['ssh-key', 'add', 'USER', 'ssh-ed25519 AAAA matrix@host'], seen: /matrix@host/ },
  { argv: ['ssh-key', 'ls', 'USER'], seen: /matrix@host/ },
  { argv: ['ssh-key', 'rm', 'USER', 'matrix@host'] },
  { argv: ['passwd', 'USER'], input: 'a secret of nobody\n' },
  { argv: ['shell'], input: 'ping\n', seen: /the agent answers/ },
  { argv: ['call', 'ping'], seen: /^\{\}$/m },
  { argv: ['raw', '{"execute": "guest-ping", "id": 7}'], seen: /"id": ?7/ },
  { argv: ['completion', 'bash'], seen: /complete/ },
];
