import { ifThere } from '../core/if-there.js';
import { readTextFile } from '../core/read-file.js';
import { isErrno } from '../core/system-error.js';
import { O_CLOEXEC, O_CREAT, O_EXCL, O_WRONLY } from '../linux/constants.js';
import { isAnonymous, mountOf, parseMountinfo } from '../linux/mountinfo.js';
import type { Finding, Patient } from './finding.js';

/** Whether the agent can keep what must outlive it, and whether a freeze would hold that up. */
export async function checkState(patient: Patient): Promise<Finding[]> {
  const { paths, platform, settings } = patient;
  const { statedir } = settings;
  const refusal = await whyNotWritten(patient, `${statedir}/qga.self-test`);
  if (refusal !== undefined) {
    return [broken(`${statedir} cannot be written: ${refusal}`, 'name another directory with -t, on a tmpfs')];
  }
  const real = (await ifThere(platform.files.realpath(statedir))) ?? statedir;
  const table = (await ifThere(readTextFile(platform, paths.mountinfo))) ?? '';
  const mount = mountOf(parseMountinfo(table), real);
  if (mount !== undefined && !isAnonymous(mount)) {
    return [
      {
        area: 'state',
        verdict: 'warning',
        text: `${statedir} is on ${mount.mountpoint} (${mount.type}), which a freeze holds still`,
        hint: 'name a directory on a tmpfs with -t, such as /run',
      },
    ];
  }
  return [{ area: 'state', verdict: 'ok', text: `${statedir} can be written, and no freeze touches it` }];
}

async function whyNotWritten({ platform: { files } }: Patient, path: string): Promise<string | undefined> {
  try {
    await files.close(await files.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600));
    await files.unlink(path);
    return undefined;
  } catch (error) {
    if (isErrno(error)) return error.message;
    throw error;
  }
}

function broken(text: string, hint: string): Finding {
  return { area: 'state', verdict: 'broken', text, hint };
}
