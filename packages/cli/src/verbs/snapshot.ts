import { spawn } from 'node:child_process';
import type { Frozen } from '@qga/client';
import { readTimeout } from '../globals.js';
import { interruption } from '../interrupt.js';
import { formatDuration } from '../output/units.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

interface Options {
  readonly mount?: readonly string[];
  readonly ttl?: number;
  readonly quiet?: boolean;
}

/** How long a command that is asked to end may take to do so, in milliseconds. */
const LAST_WORDS = 5000;

/** Freezes, runs a command of this machine, thaws: on success, failure, interruption and when time is up. */
export const verb: Verb<Options> = {
  setUp: (command) => {
    command.argument('<COMMAND...>', 'what to run on this machine while the guest is frozen').passThroughOptions();
    const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
    command.option('--mount <MOUNTPOINT>', 'only this one; may be repeated', collect);
    command.option('--ttl <SECONDS>', 'the longest that the guest may be frozen', (text) => readTimeout(text, '--ttl'));
    command.option('-q, --quiet', 'say nothing about the freeze');
  },
  run: async (context, { words, options }) => {
    const [program = '', ...args] = words;
    const { signal, release } = interruption();
    try {
      const limits = options.ttl === undefined ? {} : { ttl: options.ttl };
      const mounts = options.mount === undefined ? {} : { mountpoints: [...options.mount] };
      const report = await context.withGuest(context.one, (guest) =>
        guest.frozen({ ...limits, ...mounts, signal }, () => runHere(program, args, signal)),
      );
      if (context.json)
        process.stderr.write(`${JSON.stringify({ ...report, value: undefined, code: report.value })}\n`);
      else if (options.quiet !== true) process.stderr.write(`qga: ${sentence(report)}\n`);
      return report.value;
    } finally {
      release();
    }
  },
};

function sentence({ frozen, thawed, milliseconds }: Frozen<number>): string {
  const warning = frozen === 0 ? ' NOTHING WAS FROZEN: the guest went on writing' : '';
  const lost = thawed < frozen ? ` only ${String(thawed)} of them were still frozen at the end` : '';
  return `${String(frozen)} filesystems were frozen for ${formatDuration(milliseconds)};${warning}${lost}`.replace(
    /;$/,
    '',
  );
}

/** @returns the exit code, 128 and more for a signal */
function runHere(program: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    let last: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      last = setTimeout(() => child.kill('SIGKILL'), LAST_WORDS);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => reject(new UsageError(`cannot run ${program}: ${error.message}`)));
    child.once('exit', (code, name) => {
      clearTimeout(last);
      signal.removeEventListener('abort', stop);
      resolve(code ?? (name === 'SIGKILL' ? 137 : 143));
    });
  });
}
