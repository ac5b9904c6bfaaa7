import { assertHarmless } from '../../../build/conformance/harness/guard.js';
import { mutate } from '../mutate.js';
import type { Random } from '../random.js';
import { bytesOf, textOf, words } from '../target.js';
import { requestWords } from '../targets/requests.js';

/**
 * What is sent to agents that run on this very machine, as root. Names come from this list only; files are named without a slash, so
 * they lie in the agent's own folder; a program is never run by a request that was changed at random; and whatever comes out has
 * to pass the guard of the conformance suite. The agents block all other commands besides.
 */
const QUESTIONS = ['guest-ping', 'guest-info', 'guest-get-host-name', 'guest-get-timezone', 'guest-get-osinfo'];
const NAMES = [...QUESTIONS, 'guest-fsfreeze-status', 'guest-sync', 'guest-nothing', 'no', '', 'GUEST-PING'];
const MODES = ['r', 'r+', 'w', 'w+', 'a', 'a+', 'rb', 'wb+', 'x', ''];
const VALUES = [
  '0',
  '-1',
  '1',
  '1.0',
  '1e3',
  'null',
  'true',
  '""',
  '"x"',
  '[]',
  '{}',
  '[1]',
  '9223372036854775808',
  '[[{"a":1}]]',
];
const COUNTS = ['0', '1', '3', '4096', '-1', '1000000'];
const PAYLOADS = ['', 'aGVsbG8=', 'aGVsbG8', 'AA==', 'a', '====', 'aGVs\\nbG8=', 'eHl6'];
const PROGRAMS = ['["x y"]', '[]', '["-n", "a"]', '[1]', '"x"'];
const CAPTURES = ['true', 'false', '"merged"', '"separated"', '"none"', '"stdout"', '"x"', '1'];
/** What no request may contain that is changed at random and may open a file. */
const SLASHES = /[/\\]/;

type Maker = (random: Random) => string;

function request(execute: string, args: Readonly<Record<string, string>> = {}): string {
  const list = Object.entries(args).map(([name, value]) => `"${name}":${value}`);
  return `{"execute":"${execute}","arguments":{${list.join(',')}}}`;
}

const handle: Maker = (random) => (random.once(8) ? random.pick(VALUES) : `@${1 + random.below(3)}@`);
const quoted = (text: string): string => `"${text}"`;

const FILES: readonly Maker[] = [
  (random) =>
    request('guest-file-open', { path: quoted(`@S@-${random.below(100)}`), mode: quoted(random.pick(MODES)) }),
  (random) => request('guest-file-open', { path: quoted(`@S@-${random.below(100)}`), mode: '"w+"' }),
  (random) => request('guest-file-read', { handle: handle(random), count: random.pick(COUNTS) }),
  (random) => {
    const to = handle(random);
    const write = {
      handle: to,
      'buf-b64': quoted(random.pick(PAYLOADS)),
      ...(random.once(3) ? { count: random.pick(COUNTS) } : {}),
    };
    return `${request('guest-file-write', write)}${request('guest-file-flush', { handle: to })}`;
  },
  (random) => {
    const whence = random.pick(['0', '1', '2', '3', '"set"', '"cur"', '"end"', '"x"']);
    return request('guest-file-seek', { handle: handle(random), offset: random.pick(COUNTS), whence });
  },
  (random) => request('guest-file-close', { handle: handle(random) }),
];

const REQUESTS: readonly Maker[] = [
  ...FILES,
  (random) => `{"execute":"${random.pick(NAMES)}"}`,
  (random) => `{"execute":"${random.pick(NAMES)}","id":${random.pick(VALUES)}}`,
  (random) => request(random.pick(NAMES), { [random.pick(['id', 'x', 'handle'])]: random.pick(VALUES) }),
  (random) => request(random.once(2) ? 'guest-sync' : 'guest-sync-delimited', { id: random.pick(VALUES) }),
  (random) => `{"execute":${random.pick(VALUES)},"arguments":${random.pick(VALUES)},"${random.pick(['id', 'x'])}":1}`,
  (random) => random.pick(VALUES),
];

const EXEC: Maker = (random) => {
  const path = random.pick(['"true"', '"false"', '"echo"', '"qga-none"', '1']);
  const capture = random.once(2) ? { 'capture-output': random.pick(CAPTURES) } : {};
  return request('guest-exec', { path, arg: random.pick(PROGRAMS), ...capture });
};

/** One thing to send; placeholders as in the conformance suite, and @S@ for the conversation's own number. */
export interface Item {
  readonly text: string;
  /** asked again until the program has ended */
  readonly poll?: string;
}

/** Something harmless, as it should be or not. */
export function makeItem(random: Random): Item {
  for (;;) {
    const item = random.once(8) ? execItem(random) : { text: plainOrChanged(random) };
    if (isHarmless(item.text)) return item;
  }
}

function execItem(random: Random): Item {
  return { text: EXEC(random), poll: request('guest-exec-status', { pid: '@PID@' }) };
}

function plainOrChanged(random: Random): string {
  const parts = Array.from({ length: 1 + random.below(2) }, () => random.pick(REQUESTS)(random));
  const whole = parts.join(random.pick(['', '\n', ' \t']));
  if (random.once(2)) return whole;
  const other = bytesOf(random.pick(REQUESTS)(random));
  const dictionary = [...requestWords.filter((word) => !SLASHES.test(textOf(word))), ...words('@1@', '@S@-1')];
  const changed = textOf(mutate(bytesOf(whole), random, { dictionary, corpus: [other], largest: 1000 }));
  return SLASHES.test(changed) || changed.includes('guest-exec') ? whole : changed;
}

function isHarmless(text: string): boolean {
  try {
    assertHarmless(text);
    return true;
  } catch {
    return false;
  }
}
