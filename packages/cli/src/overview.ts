import { EXIT_CODES } from './exit-codes.js';
import { GLOBAL_HELP } from './globals.js';
import { table } from './text.js';
import { VERBS } from './verbs/index.js';

/** The text of `qga --help`. */
export function overview(): string {
  const groups = [...new Set(VERBS.map(({ group }) => group))];
  const parts = [
    'Usage: qga [-g GUEST]... VERB [WORDS] [OPTIONS]\n       qga VERB --help',
    'Talks to the guest agents of virtual machines.',
    ...groups.map((group) => {
      const rows = VERBS.filter((verb) => verb.group === group).map(({ name, summary }) => [name, summary] as const);
      return `${group}:\n${table(rows)}`;
    }),
    `Options:\n${table([...GLOBAL_HELP, ['-h, --help', 'this text, or what a verb does'], ['-V, --version', 'the version']])}`,
    `Exit codes:\n${table(Object.entries(EXIT_CODES))}`,
  ];
  return `${parts.join('\n\n')}\n`;
}
