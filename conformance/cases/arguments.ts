import { request, singles } from '../harness/steps.js';
import type { Bytes, Case } from '../harness/types.js';

/** What an argument wants: only so that a fitting value can be put beside something unknown. */
type Kind = 'int' | 'str';

interface Argument {
  readonly command: string;
  readonly name: string;
  readonly kind: Kind;
  /** The arguments that come before it in the schema, as they have to be for this one to be looked at. */
  readonly others?: Readonly<Record<string, string>>;
}

const SEEK = { handle: '1', offset: '0' };
const WRITE = { handle: '1', 'buf-b64': '""' };

/** Every argument of the commands in scope; guest-shutdown is apart, because most of what could be sent there is dangerous. */
const ARGUMENTS: readonly Argument[] = [
  { command: 'guest-sync', name: 'id', kind: 'int' },
  { command: 'guest-sync-delimited', name: 'id', kind: 'int' },
  { command: 'guest-file-open', name: 'path', kind: 'str' },
  { command: 'guest-file-open', name: 'mode', kind: 'str', others: { path: '"@DIR@/none"' } },
  { command: 'guest-file-close', name: 'handle', kind: 'int' },
  { command: 'guest-file-read', name: 'handle', kind: 'int' },
  { command: 'guest-file-read', name: 'count', kind: 'int', others: { handle: '1' } },
  { command: 'guest-file-write', name: 'handle', kind: 'int', others: { 'buf-b64': '""' } },
  { command: 'guest-file-write', name: 'buf-b64', kind: 'str', others: { handle: '1' } },
  { command: 'guest-file-write', name: 'count', kind: 'int', others: WRITE },
  { command: 'guest-file-seek', name: 'handle', kind: 'int', others: { offset: '0', whence: '0' } },
  { command: 'guest-file-seek', name: 'offset', kind: 'int', others: { handle: '1', whence: '0' } },
  { command: 'guest-file-seek', name: 'whence', kind: 'int', others: SEEK },
  { command: 'guest-file-flush', name: 'handle', kind: 'int' },
  { command: 'guest-exec', name: 'path', kind: 'str' },
  { command: 'guest-exec', name: 'arg', kind: 'str', others: { path: '"true"' } },
  { command: 'guest-exec', name: 'env', kind: 'str', others: { path: '"true"' } },
  { command: 'guest-exec', name: 'input-data', kind: 'str', others: { path: '"true"' } },
  { command: 'guest-exec', name: 'capture-output', kind: 'str', others: { path: '"true"' } },
  { command: 'guest-exec-status', name: 'pid', kind: 'int' },
];

/** Values of every type; what fits one argument is wrong for another. */
const VALUES: Readonly<Record<string, string>> = {
  'an integer': '7',
  'minus zero': '-0',
  'the largest int64': '9223372036854775807',
  'the smallest int64': '-9223372036854775808',
  'beyond int64': '9223372036854775808',
  'below int64': '-9223372036854775809',
  'beyond uint64': '18446744073709551616',
  'an integral double': '1.0',
  'an exponent': '1e3',
  'a string': '"x"',
  'a number as string': '"1"',
  'an empty string': '""',
  true: 'true',
  false: 'false',
  null: 'null',
  'an array': '[]',
  'an object': '{}',
};

function argumentCases(argument: Argument): Case[] {
  const { command, name, others = {} } = argument;
  const build = (extra: Readonly<Record<string, string>>): string => {
    const members = Object.entries({ ...others, ...extra }).map(([key, value]) => `"${key}":${value}`);
    return request(command, `{${members.join(',')}}`);
  };
  const table: Record<string, Bytes> = { [`${command} ${name} is missing`]: build({}) };
  for (const [value, text] of Object.entries(VALUES)) table[`${command} ${name} is ${value}`] = build({ [name]: text });
  table[`${command} beside ${name} something unknown`] = build({
    [name]: argument.kind === 'int' ? '7' : '"7"',
    unknown: '1',
  });
  return singles('argument', table);
}

const NO_ARGUMENTS = [
  'guest-ping',
  'guest-info',
  'guest-fsfreeze-status',
  'guest-fsfreeze-thaw',
  'guest-network-get-interfaces',
  'guest-network-get-route',
  'guest-get-vcpus',
  'guest-get-memory-blocks',
  'guest-get-memory-block-info',
  'guest-get-cpustats',
];

function surplusCases(command: string): Case[] {
  return singles('argument', {
    [`${command} with something unknown`]: request(command, '{"foo":1}'),
    [`${command} with an array`]: request(command, '[]'),
    [`${command} with null`]: request(command, 'null'),
  });
}

const others = singles('argument', {
  'guest-sync without arguments': request('guest-sync'),
  'guest-file-open without arguments': request('guest-file-open'),
  'guest-file-seek without arguments': request('guest-file-seek'),
  'guest-file-seek whence is an unknown name': request('guest-file-seek', '{"handle":1,"offset":0,"whence":"foo"}'),
  'guest-file-seek whence is a name in capitals': request('guest-file-seek', '{"handle":1,"offset":0,"whence":"SET"}'),
  'guest-file-seek whence is set': request('guest-file-seek', '{"handle":1,"offset":0,"whence":"set"}'),
  'guest-file-seek whence is cur': request('guest-file-seek', '{"handle":1,"offset":0,"whence":"cur"}'),
  'guest-file-seek whence is end': request('guest-file-seek', '{"handle":1,"offset":0,"whence":"end"}'),
  'guest-file-open path in capitals': request('guest-file-open', '{"Path":"x"}'),
  'name with underscore instead of dash': request('guest-file-write', '{"handle":1,"buf_b64":""}'),
  'same name twice': request('guest-file-close', '{"handle":1,"handle":1}'),
  'prototype as argument': request('guest-ping', '{"__proto__":1}'),
  'freeze list is a string': request('guest-fsfreeze-freeze-list', '{"mountpoints":"/"}'),
  'freeze list is a number': request('guest-fsfreeze-freeze-list', '{"mountpoints":1}'),
  'freeze list is an object': request('guest-fsfreeze-freeze-list', '{"mountpoints":{}}'),
  'freeze list of numbers': request('guest-fsfreeze-freeze-list', '{"mountpoints":[1]}'),
  'freeze list of nulls': request('guest-fsfreeze-freeze-list', '{"mountpoints":[null,2]}'),
  'freeze list with something unknown': request('guest-fsfreeze-freeze-list', '{"mountpoints":[],"foo":1}'),
  'shutdown with an unknown mode': request('guest-shutdown', '{"mode":"sideways"}'),
  'shutdown with an unknown mode and id': request('guest-shutdown', '{"mode":"sideways"}', '4'),
  'shutdown with a number as mode': request('guest-shutdown', '{"mode":1}'),
  'shutdown with an array as mode': request('guest-shutdown', '{"mode":[]}'),
  'shutdown with true as mode': request('guest-shutdown', '{"mode":true}'),
  'shutdown with an unknown mode and something unknown': request('guest-shutdown', '{"mode":"sideways","foo":1}'),
});

/** How arguments are checked, for every argument of the commands in scope. */
export const argumentCaseList: readonly Case[] = [
  ...ARGUMENTS.flatMap(argumentCases),
  ...NO_ARGUMENTS.flatMap(surplusCases),
  ...others,
];
