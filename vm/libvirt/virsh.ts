import { execFile } from 'node:child_process';
import { programPath } from '../requirements.js';

/** libvirt itself gives up a shutdown after a minute; virsh is given longer than that. */
const LIMIT_MS = 90_000;

/** How a call of virsh ended. */
export interface VirshResult {
  /** Exit code; -1 when it had to be ended because it took too long. */
  readonly code: number;
  /** What it wrote to standard output and standard error, without surrounding empty lines. */
  readonly text: string;
}

/**
 * Calls virsh on the system's libvirt, as people and scripts do. Never throws for a call that fails.
 * @param args the command and its arguments
 */
export function virsh(args: readonly string[]): Promise<VirshResult> {
  const all = ['-q', '-c', 'qemu:///system', ...args];
  const options = { timeout: LIMIT_MS, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(programPath('virsh'), all, options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`.replace(/^\s*\n|\s+$/g, '');
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, text: code === -1 ? `${text}\nno end of virsh within ${LIMIT_MS / 1000} s` : text });
    });
  });
}
