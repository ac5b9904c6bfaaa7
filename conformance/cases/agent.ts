import { ask, call, halfClose, reconnect, request, send, single, singles, steps } from '../harness/steps.js';
import type { Case } from '../harness/types.js';

const PING = request('guest-ping');
const SYNC = request('guest-sync', '{"id":123}');
const DELIMITED = request('guest-sync-delimited', '{"id":123}');

const sync = [
  ...singles('sync', {
    plain: SYNC,
    delimited: DELIMITED,
    largest: request('guest-sync', '{"id":9223372036854775807}'),
    smallest: request('guest-sync', '{"id":-9223372036854775808}'),
    'beyond 2^53': request('guest-sync', '{"id":9007199254740993}'),
    'delimited beyond 2^53': request('guest-sync-delimited', '{"id":-9007199254740993}'),
    'with an id of its own': request('guest-sync', '{"id":1}', '2'),
    'delimited with an id of its own': request('guest-sync-delimited', '{"id":1}', '"two"'),
    'delimited, failing': request('guest-sync-delimited', '{}'),
    'delimited, failing, then a ping': request('guest-sync-delimited', '{"id":"x"}') + PING,
    'delimited, then a ping': DELIMITED + PING,
    'two delimited': DELIMITED + DELIMITED,
    'after FF': `\xff${SYNC}\n`,
    'delimited after FF': `\xff${DELIMITED}\n`,
    'delimited after FF and newline': `\xff\n${DELIMITED}\n`,
    'after a half-sent request': `{"execute":"guest-pi\xff${DELIMITED}\n`,
    'after a half-sent request without a string': `{"execute":[1,{\xff${DELIMITED}\n`,
    'delimited between pings': `${PING}\xff${DELIMITED}${PING}`,
  }),
  steps(
    'sync/of a second client after a half-sent request',
    send('{"execute":"guest-'),
    reconnect,
    ask(`\xff${DELIMITED}`),
  ),
];

const BLOCKED = ['-b', 'guest-ping-not,guest-sync,guest-file-open'];
const ALLOWED = ['-a', 'guest-ping,guest-info,guest-file-open'];

function withFlags(flags: readonly string[], group: string, requests: Readonly<Record<string, string>>): Case[] {
  return singles(group, requests).map((test) => ({ ...test, flags, info: test.name.endsWith('guest-info') }));
}

const disabled = [
  ...withFlags(BLOCKED, 'blocked', {
    'a blocked command': SYNC,
    'a blocked command with an id': request('guest-sync', '{"id":1}', '9'),
    'a blocked command with bad arguments': request('guest-sync', '{"x":1}'),
    'a blocked command with arguments of a wrong type': request('guest-sync', '1'),
    'another blocked command': request('guest-file-open', '{"path":"/etc/hostname"}'),
    'a command that is not blocked': DELIMITED,
    'a command that does not exist': request('guest-ping-not'),
    'guest-info': request('guest-info'),
  }),
  ...withFlags(ALLOWED, 'allowed', {
    'an allowed command': PING,
    'a command that is not allowed': SYNC,
    'another command that is not allowed': request('guest-file-close', '{"handle":1}'),
    'a command that does not exist': request('guest-nothing'),
    'guest-info': request('guest-info'),
  }),
  ...withFlags([...ALLOWED, '-b', 'guest-file-open'], 'allowed and blocked', {
    'allowed and blocked': request('guest-file-open', '{"path":"/etc/hostname"}'),
    'not allowed': SYNC,
  }),
  ...withFlags(['--block-rpcs=guest-sync'], 'blocked by the long option', { 'a blocked command': SYNC }),
  ...withFlags(['-b', 'guest-sync', '-b', 'guest-sync-delimited'], 'blocked twice', { both: SYNC + DELIMITED }),
];

const freeze = [
  single('freeze/status', request('guest-fsfreeze-status')),
  single('freeze/thaw when nothing is frozen', request('guest-fsfreeze-thaw')),
  steps(
    'freeze/an empty list',
    call('guest-fsfreeze-freeze-list', '{"mountpoints":[]}'),
    call('guest-fsfreeze-status'),
    call('guest-file-open', '{"path":"@DIR@/none"}'),
    call('guest-fsfreeze-thaw'),
    call('guest-fsfreeze-status'),
  ),
];

const OPEN_W = call('guest-file-open', '{"path":"@DIR@/f","mode":"w+"}');
const WRITE = call('guest-file-write', '{"handle":@1@,"buf-b64":"aGVsbG8="}');
const REWIND = call('guest-file-seek', '{"handle":@1@,"offset":0,"whence":0}');
const READ = call('guest-file-read', '{"handle":@1@}');

const clients = [
  steps(
    'client/handles survive a disconnect',
    OPEN_W,
    WRITE,
    reconnect,
    REWIND,
    READ,
    call('guest-file-close', '{"handle":@1@}'),
  ),
  steps('client/one after the other', ask(PING), reconnect, ask(SYNC), reconnect, ask(DELIMITED)),
  steps('client/leaves without a word', reconnect, reconnect, reconnect, ask(PING)),
  steps('client/half-close after a request', send(PING), halfClose, ask(PING)),
  steps('client/half-close after many requests', send(SYNC.repeat(50)), halfClose, ask(PING)),
  steps('client/half-close without a request', halfClose, ask(PING)),
  steps('client/half-close within a request', send('{"execute":'), halfClose, ask(`\xff${PING}`)),
  steps('client/half-sent request completed by the next client', send('{"execute":"guest-'), reconnect, ask('ping"}')),
  steps(
    'client/half-sent request before a ping of the next client',
    send('{"execute":'),
    reconnect,
    ask(PING),
    ask(PING),
  ),
];

/** Synchronising, command lists, freezing (nothing is ever frozen) and what outlives a client. */
export const agentCases: readonly Case[] = [
  ...sync,
  ...disabled,
  { ...single('info/the commands every agent has', request('guest-info')), info: true },
  { ...single('info/with an id', request('guest-info', undefined, '1')), info: true },
  ...freeze,
  ...clients,
];
