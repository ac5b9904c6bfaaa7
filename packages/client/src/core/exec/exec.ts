import { ExecError } from '../errors.js';
import type { FileHost } from '../files/pieces.js';
import { refuseIfCancelled } from '../signal.js';
import { waitForEnd } from './helper.js';
import { AGENT_KEEPS, ExecResult, type ExecOptions } from './options.js';
import { utf8 } from './text.js';
import { execWrapped } from './wrapped.js';

export { ExecResult, type ExecOptions } from './options.js';

/** Bytes of input that one request carries without holding up the line. */
const INPUT_AT_ONCE = 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** See Guest.exec. */
export async function exec(
  host: FileHost,
  command: string,
  args: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  refuseIfCancelled(options.signal);
  const input = typeof options.stdin === 'string' ? utf8(options.stdin) : options.stdin;
  const atOnce = input === undefined || (input instanceof Uint8Array && input.length <= INPUT_AT_ONCE);
  const { cwd, user, env, timeout, signal, onStdout, onStderr } = options;
  const plain = [cwd, user, env, timeout, signal, onStdout, onStderr].every((option) => option === undefined);
  if (atOnce && plain) return execPlain(host, command, args, input, options);
  return execWrapped(host, command, args, { ...options, stdin: input });
}

async function execPlain(
  host: FileHost,
  command: string,
  args: readonly string[],
  input: Uint8Array | undefined,
  options: ExecOptions,
): Promise<ExecResult> {
  const { maxOutput = AGENT_KEEPS, allowTruncated = false } = options;
  const { pid } = await host.call('guest-exec', {
    path: command,
    arg: [...args],
    ...(input === undefined ? {} : { 'input-data': input }),
    'capture-output': true,
  });
  const status = await waitForEnd(host, pid);
  const whole = { stdout: status['out-data'] ?? NOTHING, stderr: status['err-data'] ?? NOTHING };
  const stdout = whole.stdout.subarray(0, maxOutput);
  const stderr = whole.stderr.subarray(0, maxOutput);
  const cut = stdout.length < whole.stdout.length || stderr.length < whole.stderr.length;
  const truncated = cut || status['out-truncated'] === true || status['err-truncated'] === true;
  if (truncated && !allowTruncated) {
    const message = `${command} ran and wrote more than the ${maxOutput} bytes that are kept`;
    throw new ExecError('truncated', message, { stdout, stderr });
  }
  return new ExecResult(host.environment.kernels, status, { stdout, stderr, truncated });
}
