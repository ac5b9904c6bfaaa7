import { ifThere } from '../core/if-there.js';
import { S_IFDIR, S_IFMT } from '../linux/constants.js';
import type { Finding, Patient } from './finding.js';

/** Where calls are written down, and whether they can be. */
export async function checkAudit({ platform, settings: { audit } }: Patient): Promise<Finding[]> {
  if (audit === undefined || audit === '') return [ok('calls are not written down')];
  if (audit === 'syslog' || audit === 'journald') return [ok(`calls are written to ${audit}`)];
  if (!audit.startsWith('/')) {
    return [failed('broken', `'${audit}' is no absolute path`, 'name a file, syslog or journald')];
  }
  const folder = audit.slice(0, audit.lastIndexOf('/')) || '/';
  const status = await ifThere(platform.files.stat(folder));
  if (status === undefined) {
    return [failed('warning', `${folder} is missing: calls are not written to ${audit}`, `mkdir -m 0700 ${folder}`)];
  }
  if ((status.mode & S_IFMT) !== S_IFDIR) return [failed('warning', `${folder} is no directory`, 'name another file')];
  return [ok(`calls are written to ${audit}`)];
}

function ok(text: string): Finding {
  return { area: 'audit', verdict: 'ok', text };
}

function failed(verdict: 'warning' | 'broken', text: string, hint: string): Finding {
  return { area: 'audit', verdict, text, hint };
}
