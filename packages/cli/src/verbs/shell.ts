import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { commandTables } from '@qga/protocol';
import { exitCode } from '../exit-codes.js';
import { describe } from '../failure.js';
import { splitWords } from '../split-words.js';
import type { Verb } from '../verb.js';

const HISTORY = 1000;

/** Verbs that make no sense within the prompt. */
const NOT_HERE = ['shell', 'completion'];

const COMMANDS = Object.values(commandTables);

/** A prompt that takes verbs and the protocol's commands, for one guest. */
export const verb: Verb = {
  run: async (context) => {
    const { name, target } = context.one;
    const { program } = context;
    const terminal = createInterface({
      input: process.stdin,
      output: process.stdout,
      prompt: `${name}> `,
      completer: (line: string) => complete(line, program.verbNames),
      history: readHistory(),
      historySize: HISTORY,
      removeHistoryDuplicates: true,
    });
    if (process.stdin.isTTY) process.stdout.write('help lists what there is, Tab completes, exit or Ctrl-D leaves\n');
    await converse(terminal, (words) => program.run(['-s', target, ...expand(words, program.verbNames)]));
    return 0;
  },
};

async function converse(terminal: Interface, run: (words: readonly string[]) => Promise<number>): Promise<void> {
  terminal.on('history', saveHistory);
  terminal.on('SIGINT', () => {
    // the terminal is raw: a verb that runs and cleans up by the signal gets it from here
    if (process.emit('SIGINT')) return;
    process.stdout.write('\n');
    terminal.prompt();
  });
  terminal.prompt();
  for await (const line of terminal) {
    try {
      const words = splitWords(line);
      if (words[0] === 'exit' || words[0] === 'quit') break;
      if (words.length > 0) await run(words);
    } catch (error) {
      process.stderr.write(`qga: ${describe(error)}\n`);
      if (exitCode(error) === 70) throw error;
    }
    terminal.prompt();
  }
  terminal.close();
}

/** A command of the protocol may stand without its prefix where no verb has its name. */
function expand(words: readonly string[], verbs: readonly string[]): readonly string[] {
  const [first = ''] = words;
  if (first === 'help') return words.length === 1 ? ['--help'] : [...expand(words.slice(1), verbs), '--help'];
  if (verbs.includes(first) || !COMMANDS.some(({ name }) => name === `guest-${first}`)) return words;
  return ['call', ...words];
}

/** @returns what the last word may become, and that word */
export function complete(line: string, verbs: readonly string[]): [string[], string] {
  const words = line.split(/\s+/);
  const last = words.at(-1) ?? '';
  const first = words[0] === 'call' && words.length > 2 ? (words[1] ?? '') : (words[0] ?? '');
  const fitting = candidates(words, first, verbs).filter((word) => word.startsWith(last));
  return [fitting.map((word) => `${word} `), last];
}

function candidates(words: readonly string[], first: string, verbs: readonly string[]): string[] {
  const names = COMMANDS.flatMap(({ name }) => [name, name.replace(/^guest-/, '')]);
  if (words.length === 2 && words[0] === 'call') return names;
  if (words.length < 2) {
    const here = verbs.filter((name) => !NOT_HERE.includes(name));
    return [...new Set([...here, ...names, 'help', 'exit'])].sort();
  }
  const command = COMMANDS.find(({ name }) => name === first || name === `guest-${first}`);
  return command?.arguments.members.map(({ name }) => `--${name}`) ?? [];
}

function historyPath(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'qga', 'history');
}

function readHistory(): string[] {
  try {
    return readFileSync(historyPath(), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** Keeps the history between sessions, for this user's eyes only; one that cannot be kept is no reason to stop. */
function saveHistory(lines: readonly string[]): void {
  try {
    mkdirSync(dirname(historyPath()), { recursive: true, mode: 0o700 });
    writeFileSync(historyPath(), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  } catch {
    return;
  }
}
