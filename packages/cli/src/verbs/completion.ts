import { commandTables } from '@qga/protocol';
import type { VerbInfo } from '../context.js';
import { WITH_VALUE } from '../globals.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Prints a script for a shell that completes verbs, options, guests and the protocol's commands. */
export const verb: Verb = {
  setUp: (command) => {
    command.argument('<SHELL>', 'bash, zsh or fish');
    command.addHelpText('after', '\nFor bash: source <(qga completion bash). For fish: qga completion fish | source.');
  },
  run: async (context, { words }) => {
    const writer = WRITERS[words[0] ?? ''];
    if (writer === undefined)
      throw new UsageError(`there are completions for bash, zsh and fish, not for '${words[0] ?? ''}'`);
    process.stdout.write(writer(await context.program.describe()));
    return 0;
  },
};

const WRITERS: Readonly<Record<string, (verbs: readonly VerbInfo[]) => string>> = { bash, zsh, fish };

const COMMANDS = Object.keys(commandTables).join(' ');

function optionsOf({ command }: VerbInfo): string {
  return [...command.options.map(({ long, short }) => long ?? short ?? ''), '--help'].join(' ');
}

function bash(verbs: readonly VerbInfo[]): string {
  const cases = verbs.map((verb) => `    ${verb.name}) words='${optionsOf(verb)}' ;;`);
  return `# bash completion for qga: source <(qga completion bash)
_qga() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb= words= at
  case $previous in
    -g|--guest) COMPREPLY=($(compgen -W "$(qga ls --names 2>/dev/null)" -- "$current")); return ;;
    -s|--socket) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${WITH_VALUE.join('|')}) ((at++)) ;;
      -*) ;;
      *) verb=\${COMP_WORDS[at]}; break ;;
    esac
  done
  case $verb in
    '') words='${verbs.map(({ name }) => name).join(' ')} ${COMMANDS}' ;;
${cases.join('\n')}
  esac
  if [[ $verb == call && $previous == call ]]; then words='${COMMANDS}'; fi
  if [[ -n $verb && $current != -* && $verb != call ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _qga qga
`;
}

function zsh(verbs: readonly VerbInfo[]): string {
  return `#compdef qga
# zsh completion for qga, by way of bash's: source <(qga completion zsh)
autoload -Uz bashcompinit && bashcompinit
${bash(verbs)}`;
}

function fish(verbs: readonly VerbInfo[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = verbs.flatMap(({ name: verb, summary, command }) => [
    `complete -c qga -n __fish_use_subcommand -f -a ${verb} -d ${quote(summary)}`,
    ...command.options.map(({ long, description, required }) => {
      const name = (long ?? '').replace(/^--/, '');
      return `complete -c qga -n '__fish_seen_subcommand_from ${verb}' -l ${name} ${required ? '-r ' : ''}-d ${quote(description)}`;
    }),
  ]);
  return `# fish completion for qga: qga completion fish | source
complete -c qga -s g -l guest -x -a '(qga ls --names 2>/dev/null)' -d 'a guest'
complete -c qga -s s -l socket -r -d 'a target'
${lines.join('\n')}
complete -c qga -n '__fish_seen_subcommand_from call' -f -a '${COMMANDS}'
`;
}
