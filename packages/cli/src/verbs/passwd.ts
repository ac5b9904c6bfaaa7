import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { perGuest } from '../per-guest.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

interface Options {
  readonly crypted?: boolean;
}

/** Sets a password. It never stands on the command line, where all users of this machine could read it. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.argument('<USER>', 'whose password; it is asked for, or read from standard input when that is no terminal');
    command.option('--crypted', "it is a hash as the guest's shadow file has it");
  },
  run: async (context, given) => {
    const [username = ''] = given.words;
    const password = Buffer.from(await readPassword(username));
    const setter = perGuest<{ user: string }, Options>({
      ask: async (guest) => {
        await guest.call('guest-set-user-password', { username, password, crypted: given.options.crypted === true });
        return { user: username };
      },
      show: ({ user }) => `the password of ${user} is set`,
    });
    return setter.run(context, given);
  },
};

async function readPassword(user: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return nonEmpty(
      Buffer.concat(chunks)
        .toString()
        .replace(/\r?\n$/, ''),
    );
  }
  const first = await askHidden(`New password of ${user}: `);
  const second = await askHidden('Again: ');
  if (first !== second) throw new UsageError('the two are not the same; nothing was changed');
  return nonEmpty(first);
}

function nonEmpty(password: string): string {
  if (password === '') throw new UsageError('no password; nothing was changed');
  return password;
}

/** readline echoes what is typed to its output: this one swallows it. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const swallow = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: swallow, terminal: true });
  const controller = new AbortController();
  terminal.on('SIGINT', () => controller.abort());
  try {
    return await terminal.question('', { signal: controller.signal });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
