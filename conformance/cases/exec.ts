import { call, poll, reconnect, request, singles, steps } from '../harness/steps.js';
import type { Case, Step } from '../harness/types.js';

const STATUS = '{"pid":@PID@}';
const ended = poll(request('guest-exec-status', STATUS), '"exited": true');
const status = call('guest-exec-status', STATUS);

function exec(args: string): Step {
  return call('guest-exec', `{${args}}`);
}

/** Runs a program and records how it ended. */
function running(name: string, args: string): Case {
  return steps(`exec/${name}`, exec(args), ended);
}

function script(name: string, text: string, more = '"capture-output":true'): Case {
  return running(name, `"path":"sh","arg":["-c","${text}"],${more}`);
}

const BOTH = 'echo out; echo err >&2; exit 3';

/** `stdout` and `stderr` are missing: with either the reference watches a descriptor that it has not opened. */
const captures = ['false', 'true', '"none"', '"separated"', '"merged"'].map((mode) =>
  script(`capture-output ${mode.replaceAll('"', '')}`, BOTH, `"capture-output":${mode}`),
);

const refusals = singles('exec', {
  'no such program': request('guest-exec', '{"path":"qga-none"}'),
  'no such path': request('guest-exec', '{"path":"/qga/none"}'),
  'no such path from here': request('guest-exec', '{"path":"./qga-none"}'),
  'empty path': request('guest-exec', '{"path":""}'),
  'path with an accent': request('guest-exec', '{"path":"caf\xc3\xa9"}'),
  'path with NUL': request('guest-exec', '{"path":"a\\u0000b"}'),
  directory: request('guest-exec', '{"path":"/etc"}'),
  'file that is no program': request('guest-exec', '{"path":"/etc/passwd"}'),
  'program not in the PATH that is given': request('guest-exec', '{"path":"true","env":["PATH=/qga/none"]}'),
  'empty PATH that is given': request('guest-exec', '{"path":"true","env":["PATH="]}'),
  'input that is not base64': request('guest-exec', '{"path":"cat","input-data":"!"}'),
  'input that is not base64 for no program': request('guest-exec', '{"path":"qga-none","input-data":"!"}'),
  'unknown way to capture': request('guest-exec', '{"path":"true","capture-output":"both"}'),
  'way to capture in capitals': request('guest-exec', '{"path":"true","capture-output":"None"}'),
  'number among the arguments': request('guest-exec', '{"path":"true","arg":["a",1]}'),
  'null in the environment': request('guest-exec', '{"path":"true","env":[null]}'),
  'without arguments': request('guest-exec'),
  'status without arguments': request('guest-exec-status'),
  'status of nothing': request('guest-exec-status', '{"pid":0}'),
});

/** Running programs, all of them harmless. */
export const execCases: readonly Case[] = [
  ...captures,
  ...refusals,
  running('argument with NUL', '"path":"printf","arg":["%s","a\\u0000b"],"capture-output":true'),
  running('without capturing', '"path":"echo","arg":["a"]'),
  running('arguments as they are', '"path":"printf","arg":["<%s>","a b","","$HOME","*"],"capture-output":true'),
  running('no arguments', '"path":"echo","arg":[],"capture-output":true'),
  running('input', '"path":"cat","input-data":"aGVsbG8=","capture-output":true'),
  running('input with newlines in its base64', '"path":"cat","input-data":"aGVs\\nbG8=\\n","capture-output":true'),
  running('empty input', '"path":"cat","input-data":"","capture-output":true'),
  running('no input', '"path":"cat","capture-output":true'),
  running('input that nobody reads', '"path":"true","input-data":"aGVsbG8="'),
  running('environment', '"path":"env","env":["A=1","B==","C="],"capture-output":true'),
  running('environment with PATH', '"path":"env","env":["PATH=/usr/bin:/bin","A=1"],"capture-output":true'),
  running('empty environment', '"path":"env","env":[],"capture-output":true'),
  running(
    'variables without a value or a name, and twice',
    '"path":"env","env":["A","=x","","B=1","B=2"],"capture-output":true',
  ),
  running('failure', '"path":"false"'),
  script('status beyond a byte', 'exit 300'),
  script('signal', 'echo a; kill -9 $$'),
  script('signal that asks', 'kill -TERM $$'),
  script('only errors', 'echo err >&2'),
  script('as much as is kept', 'head -c 16777216 /dev/zero'),
  script('more than is kept', 'head -c 16777217 /dev/zero; echo err >&2'),
  steps(
    'exec/status while it runs and after another client came',
    exec('"path":"sh","arg":["-c","sleep 1; echo a"],"capture-output":true'),
    status,
    reconnect,
    status,
    ended,
  ),
  steps(
    'exec/a child that keeps the output',
    exec('"path":"sh","arg":["-c","sleep 2 & echo a"],"capture-output":true'),
    ended,
  ),
  steps('exec/a child that keeps nothing', exec('"path":"sh","arg":["-c","sleep 2 & echo a"]'), ended),
];
