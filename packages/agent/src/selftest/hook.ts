import { ifThere } from '../core/if-there.js';
import { S_IFMT, S_IFREG } from '../linux/constants.js';
import type { Finding, Patient } from './finding.js';

/** Others may write: permission bits of group and others. */
const WRITABLE_BY_OTHERS = 0o022;

/** Whether the freeze hook could be run. */
export async function checkHook({ platform: { files }, settings }: Patient): Promise<Finding[]> {
  const path = settings.fsfreezeHook;
  if (path === undefined) return [{ area: 'hook', verdict: 'ok', text: 'no freeze hook is configured' }];
  const status = await ifThere(files.stat(path));
  if (status === undefined) {
    return [broken(`${path} is missing: every freeze would fail`, 'install it, or take -F out of the configuration')];
  }
  if ((status.mode & S_IFMT) !== S_IFREG || !(await files.executable(path))) {
    return [broken(`${path} cannot be executed: every freeze would fail`, `chmod 0755 ${path}`)];
  }
  if (status.uid !== 0 || (status.mode & WRITABLE_BY_OTHERS) !== 0) {
    return [broken(`${path} can be changed by users other than root`, `chown root ${path}; chmod 0755 ${path}`)];
  }
  return [{ area: 'hook', verdict: 'ok', text: `${path} is executable, and root's` }];
}

function broken(text: string, hint: string): Finding {
  return { area: 'hook', verdict: 'broken', text, hint };
}
