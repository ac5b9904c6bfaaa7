import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, look, prepare, restart, state, steps } from '../harness/steps.js';
import type { Case, Step } from '../harness/types.js';

const MODES = ['r', 'rb', 'r+', 'rb+', 'r+b', 'w', 'wb', 'w+', 'wb+', 'w+b', 'a', 'ab', 'a+', 'ab+', 'a+b'];
const BAD_MODES = ['', 'x', 'wx', 'e', 't', 'rt', 'rw', 'R', ' r', 'r ', '+r', 'b', 'br', 'r++', 'rbb', 'wa', 'rb+b'];

function open(file: string, mode?: string): Step {
  const modePart = mode === undefined ? '' : `,"mode":"${mode}"`;
  return call('guest-file-open', `{"path":"@DIR@/${file}"${modePart}}`);
}

const close = call('guest-file-close', '{"handle":@1@}');
const read = call('guest-file-read', '{"handle":@1@,"count":100}');
const write = call('guest-file-write', '{"handle":@1@,"buf-b64":"TkVX"}');

function existing(directory: string): void {
  writeFileSync(join(directory, 'f'), 'old text');
}

const valid = MODES.flatMap((mode) => [
  steps(`open/mode ${mode} on a missing file`, open('f', mode), look('f'), close),
  steps(`open/mode ${mode} on an existing file`, prepare(existing), open('f', mode), look('f'), close),
  steps(`open/mode ${mode} and read`, prepare(existing), open('f', mode), read, close, look('f')),
  steps(`open/mode ${mode} and write`, prepare(existing), open('f', mode), write, close, look('f')),
]);

const invalid = BAD_MODES.map((mode) => steps(`open/mode '${mode}'`, prepare(existing), open('f', mode), look('f')));

function mkfifo(directory: string): void {
  execFileSync('mkfifo', [join(directory, 'f')]);
}

const paths = [
  steps('open/default mode', prepare(existing), open('f'), read, write, close),
  steps('open/missing file', open('none')),
  steps('open/missing directory', open('none/f', 'w')),
  steps('open/file as a directory', prepare(existing), open('f/g', 'r')),
  steps(
    'open/directory to read',
    prepare((dir) => mkdirSync(join(dir, 'd'))),
    open('d'),
    read,
    close,
  ),
  steps(
    'open/directory to write',
    prepare((dir) => mkdirSync(join(dir, 'd'))),
    open('d', 'w'),
  ),
  steps(
    'open/directory to append',
    prepare((dir) => mkdirSync(join(dir, 'd'))),
    open('d', 'a+'),
  ),
  steps(
    'open/directory to update',
    prepare((dir) => mkdirSync(join(dir, 'd'))),
    open('d', 'r+'),
  ),
  steps('open/trailing slash', open('f/', 'w')),
  steps('open/empty path', call('guest-file-open', '{"path":""}')),
  steps('open/path with NUL', call('guest-file-open', '{"path":"@DIR@/a\\u0000b","mode":"w"}'), look('a\xc0\x80b')),
  steps('open/path with accents', call('guest-file-open', '{"path":"@DIR@/none-\\u00e9"}')),
  steps('open/name too long', open('x'.repeat(256))),
  steps('open/path too long', open('x/'.repeat(3000))),
  steps('open/relative path', call('guest-file-open', '{"path":"none-relative"}')),
  steps(
    'open/symbolic link',
    prepare((dir) => {
      existing(dir);
      symlinkSync('f', join(dir, 'link'));
    }),
    open('link'),
    read,
  ),
  steps(
    'open/symbolic link to write',
    prepare((dir) => {
      existing(dir);
      symlinkSync('f', join(dir, 'link'));
    }),
    open('link', 'w'),
    look('f'),
  ),
  steps(
    'open/dangling link to read',
    prepare((dir) => symlinkSync('none', join(dir, 'link'))),
    open('link'),
  ),
  steps(
    'open/dangling link to write',
    prepare((dir) => symlinkSync('none', join(dir, 'link'))),
    open('link', 'w'),
    look('none'),
  ),
  steps(
    'open/dangling link to append',
    prepare((dir) => symlinkSync('none', join(dir, 'link'))),
    open('link', 'a+'),
    look('none'),
  ),
  steps(
    'open/link to itself',
    prepare((dir) => symlinkSync('link', join(dir, 'link'))),
    open('link'),
  ),
  steps('open/FIFO to write without a reader', prepare(mkfifo), open('f', 'w')),
  steps('open/FIFO to read without a writer', prepare(mkfifo), open('f'), read, close),
  steps(
    'open/FIFO to update',
    prepare(mkfifo),
    open('f', 'r+'),
    read,
    write,
    call('guest-file-read', '{"handle":@1@,"count":3}'),
    close,
  ),
  steps(
    'open/FIFO, more asked for than there is',
    prepare(mkfifo),
    open('f', 'r+'),
    write,
    call('guest-file-flush', '{"handle":@1@}'),
    read,
    read,
    close,
  ),
  steps(
    'open/FIFO and seek',
    prepare(mkfifo),
    open('f', 'r+'),
    call('guest-file-seek', '{"handle":@1@,"offset":0,"whence":0}'),
    close,
  ),
  steps('open/null device', call('guest-file-open', '{"path":"/dev/null","mode":"r+"}'), read, write, close),
  steps(
    'open/zero device',
    call('guest-file-open', '{"path":"/dev/zero"}'),
    call('guest-file-read', '{"handle":@1@,"count":5}'),
    close,
  ),
  steps('open/full device', call('guest-file-open', '{"path":"/dev/full","mode":"w"}'), write, close),
  steps(
    'open/full device and flush',
    call('guest-file-open', '{"path":"/dev/full","mode":"w"}'),
    write,
    call('guest-file-flush', '{"handle":@1@}'),
  ),
  steps('open/proc file', call('guest-file-open', '{"path":"/proc/self/comm/x"}')),
  steps(
    'open/file without permissions, as root',
    prepare((dir) => {
      existing(dir);
      chmodSync(join(dir, 'f'), 0);
    }),
    open('f'),
    read,
  ),
  steps('open/unwritable place', call('guest-file-open', '{"path":"/proc/none","mode":"w"}')),
];

const OPEN_NULL = call('guest-file-open', '{"path":"/dev/null"}');
const close1000 = call('guest-file-close', '{"handle":1000}');

function numbered(name: string, ...list: readonly Step[]): Case {
  return { ...steps(name, ...list), fresh: true, exactHandles: true };
}

const handles = [
  numbered('handle/first one', state, OPEN_NULL, state),
  numbered('handle/counting up', OPEN_NULL, OPEN_NULL, OPEN_NULL, state),
  numbered('handle/never used again', OPEN_NULL, close1000, OPEN_NULL, close1000, state),
  numbered('handle/not counted when opening fails', call('guest-file-open', '{"path":"/none"}'), state, OPEN_NULL),
  numbered('handle/counting on after a restart', OPEN_NULL, restart, close1000, OPEN_NULL, state),
  steps('handle/unknown', ...['close', 'flush'].map((verb) => call(`guest-file-${verb}`, '{"handle":7}'))),
  steps('handle/negative', call('guest-file-close', '{"handle":-1}')),
  steps('handle/a file descriptor', call('guest-file-read', '{"handle":0}'), call('guest-file-close', '{"handle":3}')),
  steps('handle/closed twice', open('f', 'w'), close, close),
  steps('handle/read after close', open('f', 'w+'), close, read, write),
  steps(
    'handle/two of one file',
    prepare(existing),
    open('f'),
    open('f'),
    read,
    call('guest-file-read', '{"handle":@2@}'),
  ),
  steps(
    'handle/file removed while open',
    prepare(existing),
    open('f'),
    prepare((dir) => execFileSync('rm', [join(dir, 'f')])),
    read,
    close,
  ),
];

/** Opening and closing files, and the numbers that handles get. */
export const openCases: readonly Case[] = [...valid, ...invalid, ...paths, ...handles];
