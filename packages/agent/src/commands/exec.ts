import { AgentError, type GuestExecCaptureOutput, type GuestExecCaptureOutputMode } from '@qga/protocol';
import type { CommandSet } from '../core/command.js';
import type { Context } from '../core/context.js';
import type { CapturedOutput } from '../core/captured-output.js';
import { findProgram } from '../core/find-program.js';
import { isErrno } from '../core/system-error.js';
import { ENOEXEC } from '../linux/constants.js';
import type { ProcessOptions } from '../platform.js';

type Outputs = Pick<ProcessOptions, 'stdout' | 'stderr'>;

const OUTPUTS: Readonly<Record<GuestExecCaptureOutputMode, Outputs>> = {
  none: { stdout: 'null', stderr: 'null' },
  stdout: { stdout: 'pipe', stderr: 'null' },
  stderr: { stdout: 'null', stderr: 'pipe' },
  separated: { stdout: 'pipe', stderr: 'pipe' },
  merged: { stdout: 'pipe', stderr: 'stdout' },
};

export const execCommands = {
  'guest-exec': {
    async run({ path, arg = [], env, 'input-data': input, 'capture-output': capture = false }, context) {
      context.log.record(`guest-exec called: "${[path, ...arg].join(' ')}"`);
      refuseNul('arg', arg);
      refuseNul('env', env ?? []);
      const stdin = input?.decode() ?? 'null';
      try {
        const found = await findProgram(context.platform, path, searchPath(context, env));
        const file = await context.guard.program(context.platform, found, arg, env);
        const options: ProcessOptions = {
          file,
          argv: [path, ...arg],
          env,
          stdin,
          session: false,
          ...outputsOf(capture),
        };
        return { pid: await start(context, options) };
      } catch (error) {
        if (!isErrno(error)) throw error;
        throw new AgentError(`Failed to execute child process \u201C${path}\u201D (${error.message})`);
      }
    },
  },

  'guest-exec-status': {
    run({ pid }, { log, programs }) {
      log.record(`guest-exec-status called, pid: ${String(pid)}`);
      const ended = programs.collect(pid);
      if (ended === undefined) return { exited: false };
      const { code, signal } = ended.exit;
      return {
        exited: true,
        ...(code === undefined ? {} : { exitcode: code }),
        ...(signal === undefined ? {} : { signal }),
        ...written(ended.out, (data, truncated) => ({ 'out-data': data, 'out-truncated': truncated })),
        ...written(ended.err, (data, truncated) => ({ 'err-data': data, 'err-truncated': truncated })),
      };
    },
  },
} satisfies Partial<CommandSet>;

function outputsOf(capture: GuestExecCaptureOutput): Outputs {
  if (typeof capture === 'string') return OUTPUTS[capture];
  return capture ? OUTPUTS.separated : OUTPUTS.none;
}

/** A stream's part of the status: nothing when nothing was written, or nothing captured. */
function written<T>(output: CapturedOutput, members: (data: Uint8Array, truncated: boolean) => T): Partial<T> {
  return output.length === 0 && !output.truncated ? {} : members(output.bytes, output.truncated);
}

/** The system ends a text at a NUL: better no program than one that is told something else. */
function refuseNul(name: string, texts: readonly string[]): void {
  const at = texts.findIndex((text) => text.includes('\0'));
  if (at >= 0) throw new AgentError(`Parameter '${name}[${String(at)}]' contains a NUL character`);
}

/** Starts a program; a script without `#!` is the shell's, as with execvp(3). */
async function start({ paths, programs }: Context, options: ProcessOptions): Promise<number> {
  try {
    return await programs.start(options);
  } catch (error) {
    if (!isErrno(error, ENOEXEC)) throw error;
    const argv = [paths.shell, options.file, ...options.argv.slice(1)];
    return programs.start({ ...options, file: paths.shell, argv });
  }
}

/** Where to look for the program: in the PATH that it will have itself if its environment is given with one. */
function searchPath({ paths, platform }: Context, env: readonly string[] | undefined): string {
  const own = env?.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  return own ?? platform.system.environment('PATH') ?? paths.searchPath;
}
