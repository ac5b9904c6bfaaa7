import { linuxPaths } from '@qga/agent/core';
import {
  dumpSettings,
  parseCommandLine,
  parseConfig,
  UsageError,
} from '../../../packages/agent/dist/core/command-line.js';
import { KeyFileError, parseKeyFile } from '../../../packages/agent/dist/core/key-file.js';
import { bytesOf, promised, textOf, words, type Target } from '../target.js';

const CONFIG = `# the agent's settings
[general]
daemon=true
method=unix-listen
path=/run/qga.sock
logfile=/var/log/a\\sb\\tc
block-rpcs=guest-exec,guest-file-open
verbose=0
[other]
x = y
`;

/** Runs what may refuse, in its own way only. */
function unlessRefused<T>(read: () => T, refusal: typeof UsageError | typeof KeyFileError): T | undefined {
  try {
    return read();
  } catch (error) {
    promised(error instanceof refusal, `refused by a ${refusal.name}, not by ${String(error)}`);
    return undefined;
  }
}

/** The configuration file: read or refused. What is read survives being written and read again; twice, because QEMU's agent turns lists round. */
export const config: Target = {
  name: 'config',
  largest: 2000,
  seeds: [
    CONFIG,
    '',
    '[general]\n',
    '[general]\nallow-rpcs=\n',
    '\\s=\\',
    '[a]b\n=c',
    '[general]\nmethod=\\s\\s x\\\n',
  ].map(bytesOf),
  dictionary: words(
    '[general]\n',
    '[',
    ']',
    '=',
    '#',
    '\\s',
    '\\n',
    '\\t',
    '\\r',
    '\\\\',
    'true',
    '1',
    ',',
    '\n',
    'path=',
  ),
  run(input) {
    const text = textOf(input);
    unlessRefused(() => parseKeyFile(text), KeyFileError);
    const settings = unlessRefused(() => parseConfig(text, 'file'), UsageError);
    if (settings === undefined) return;
    const dumped = dumpSettings(settings);
    const again = dumpSettings(parseConfig(dumpSettings(parseConfig(dumped, 'dump')), 'dump'));
    promised(again === dumped, `written and read again it is the same: ${dumped}`);
  },
};

/** The command line, its words with NUL between them. */
export const commandLine: Target = {
  name: 'command-line',
  largest: 500,
  seeds: [
    '-m\0unix-listen\0-p\0/run/sock\0-dv',
    '--method=isa-serial\0--pa\0x',
    '-F\0-F/hook\0--fsfreeze-hook',
    '-b\0help',
    '--\0-x',
    '-c\0file\0-D',
  ].map(bytesOf),
  dictionary: words('\0', '-', '--', '=', '-c', '-m', '-p', '-F', '--block-rpcs', '--dump-conf', '--', 'a,b'),
  run(input) {
    const line = unlessRefused(() => parseCommandLine(textOf(input).split('\0'), linuxPaths), UsageError);
    if (line !== undefined) line.apply(parseConfig('', 'none'));
  },
};
