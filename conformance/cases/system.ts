import { request, single, singles } from '../harness/steps.js';
import type { Bytes, Case } from '../harness/types.js';

/** Values of every type but the one that is asked for. */
const NO_STRINGS = {
  'a number': '7',
  'a double': '1.5',
  true: 'true',
  null: 'null',
  'an array': '[]',
  'an object': '{}',
};
const NO_ARRAYS = { 'a number': '7', 'a string': '"k"', true: 'true', null: 'null', 'an object': '{}' };
const NO_BOOLEANS = { 'a number': '1', 'a string': '"true"', null: 'null', 'an array': '[]', 'an object': '{}' };
/** The ones that no agent could take for a time. */
const NO_TIMES = { 'a string': '"x"', 'a number as string': '"1"', true: 'true', 'an array': '[]', 'an object': '{}' };

type Members = Readonly<Record<string, string>>;

/** One case for each wrong value of an argument, and one without it where it must not be missing. */
function wrong(command: string, name: string, values: Members, others: Members, required = true): Case[] {
  const build = (extra: Members): string => {
    const members = Object.entries({ ...others, ...extra }).map(([key, value]) => `"${key}":${value}`);
    return request(command, `{${members.join(',')}}`);
  };
  const table: Record<string, Bytes> = required ? { [`${command} ${name} is missing`]: build({}) } : {};
  for (const [value, text] of Object.entries(values)) table[`${command} ${name} is ${value}`] = build({ [name]: text });
  return singles('system', table);
}

const PLAIN = ['get-time', 'get-host-name', 'get-users', 'get-timezone', 'get-osinfo', 'get-load'];

const surplus = PLAIN.flatMap((name) =>
  singles('system', {
    [`${name} with something unknown`]: request(`guest-${name}`, '{"foo":1}'),
    [`${name} with an array`]: request(`guest-${name}`, '[]'),
    [`${name} with null`]: request(`guest-${name}`, 'null'),
  }),
);

const NOBODY = '"no-such-user"';
const BAD_PASSWORD = { username: NOBODY, password: '"!"', crypted: 'false' };
const SET = 'guest-set-user-password';

const passwords = [
  ...wrong(SET, 'username', NO_STRINGS, { password: '"!"', crypted: 'false' }),
  ...wrong(SET, 'password', NO_STRINGS, { username: NOBODY, crypted: 'false' }),
  ...wrong(SET, 'crypted', NO_BOOLEANS, { username: NOBODY, password: '"!"' }),
  ...wrong(SET, 'unknown', { 'a number': '1' }, BAD_PASSWORD, false),
  ...wrong(SET, 'password', { 'no base64': '"!"', 'no base64 at its end': '"eA==*"' }, BAD_PASSWORD, false),
];

const GET = 'guest-ssh-get-authorized-keys';
const LISTS = ['guest-ssh-add-authorized-keys', 'guest-ssh-remove-authorized-keys'];
const KEYS = {
  empty: '[]',
  'one key': '["ssh-rsa AAAA a"]',
  'an empty key': '[""]',
  'a comment': '["#x"]',
  'a key and a comment': '["k","#x"]',
  'two lines': '["a\\nb"]',
  'a space before a number sign': '[" #x"]',
  'a number in it': '["k",1]',
  'null in it': '[null]',
};

const keys = [
  ...wrong(GET, 'username', { ...NO_STRINGS, nobody: NOBODY }, {}),
  ...wrong(GET, 'unknown', { 'a number': '1' }, { username: NOBODY }, false),
  ...LISTS.flatMap((command) => [
    ...wrong(command, 'username', NO_STRINGS, { keys: '[]' }),
    ...wrong(command, 'keys', { ...NO_ARRAYS, ...KEYS }, { username: NOBODY }),
    ...wrong(command, 'unknown', { 'a number': '1' }, { username: NOBODY, keys: '["#x"]' }, false),
  ]),
  ...wrong('guest-ssh-add-authorized-keys', 'reset', NO_BOOLEANS, { username: NOBODY, keys: '[]' }, false),
  ...wrong('guest-ssh-remove-authorized-keys', 'reset', { true: 'true' }, { username: NOBODY, keys: '[]' }, false),
];

/** Host, clock, users, passwords and keys: nothing is changed, and nobody's keys are looked at. */
export const systemCases: readonly Case[] = [
  single('system/host name', request('guest-get-host-name')),
  single('system/users', request('guest-get-users')),
  single('system/time zone', request('guest-get-timezone')),
  single('system/operating system', request('guest-get-osinfo')),
  { ...single('system/time', request('guest-get-time')), moving: true },
  { ...single('system/load', request('guest-get-load')), moving: true },
  ...surplus,
  ...wrong('guest-set-time', 'time', NO_TIMES, {}, false),
  ...passwords,
  ...keys,
];
