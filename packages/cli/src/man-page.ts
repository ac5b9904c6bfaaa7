import type { VerbInfo } from './context.js';
import { EXIT_CODES } from './exit-codes.js';
import { GLOBAL_HELP } from './globals.js';

/** Text for troff: no line may begin with a dot or a quote, and hyphens are to stay hyphens. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function item(term: string, text: string): string {
  return `.TP\n.B ${escape(term)}\n${escape(text)}`;
}

function verbText({ name, summary, command }: VerbInfo): string {
  const globals = new Set(GLOBAL_HELP.map(([flags]) => flags.split(' ')[0]?.replace(',', '')));
  const own = command.options.filter(({ flags }) => !globals.has(flags.split(/[ ,]/)[0]));
  const usage = command.registeredArguments.map((argument) => {
    const dots = argument.variadic ? '...' : '';
    return argument.required ? `${argument.name()}${dots}` : `[${argument.name()}${dots}]`;
  });
  const args = command.registeredArguments.map(({ description }) => description).filter((text) => text !== '');
  const options = own.map(({ flags, description }) => item(flags, description));
  const body = [`${summary}.`, ...(args.length === 0 ? [] : [`Takes ${args.join('; ')}.`])].join(' ');
  const nested = options.length === 0 ? [] : ['.RS', ...options, '.RE'];
  return [item([name, ...usage].join(' '), body), ...nested].join('\n');
}

/** @returns the manual page, made of what the verbs declare */
export function manPage(version: string, verbs: readonly VerbInfo[]): string {
  const groups = [...new Set(verbs.map(({ group }) => group))];
  const parts = [
    `.TH QGA 1 "" "qga ${version}"`,
    '.SH NAME\nqga \\- talk to the guest agents of virtual machines',
    '.SH SYNOPSIS\n.B qga\n[\\-g GUEST]... VERB [WORDS] [OPTIONS]\n.br\n.B qga\nguest\\-COMMAND [\\-\\-ARGUMENT VALUE]...',
    `.SH DESCRIPTION\n${escape('Works with QEMU’s guest agent and with qga’s own. Tables are for people; --json is for scripts.')}`,
    `.SH OPTIONS\n${GLOBAL_HELP.map(([flags, text]) => item(flags, text)).join('\n')}`,
    ...groups.map((group) => {
      const own = verbs.filter((verb) => verb.group === group);
      return `.SH ${group.toUpperCase()}\n${own.map(verbText).join('\n')}`;
    }),
    `.SH EXIT STATUS\n${Object.entries(EXIT_CODES)
      .map(([code, text]) => item(code, text))
      .join('\n')}\n.PP\n${escape('exec exits as the program in the guest did; see qga exec --help.')}`,
    `.SH ENVIRONMENT\n${item('QGA_GUEST, QGA_SOCKET', 'the guest that is meant when none is named')}\n${item('QGA_CONFIG', 'the configuration file')}\n${item('NO_COLOR', 'no colours')}`,
    `.SH FILES\n${item('~/.config/qga/config.json', '{"guests": {"NAME": "TARGET"}, "default": "NAME"}')}`,
    '.SH SEE ALSO\n.BR qemu\\-ga (8), virsh (1)',
  ];
  return `${parts.join('\n')}\n`;
}
