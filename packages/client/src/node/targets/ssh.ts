import type { Target } from '../../core/environment.js';
import { TargetError } from './address-error.js';

/**
 * A socket on another host, forwarded by OpenSSH: nothing needs to be installed there. Keys, jumps and names come from the
 * user's own configuration of ssh; it must log in without asking.
 * @param address `HOST:PATH` or `USER@HOST:PATH`
 */
export function sshTarget(address: string): Target {
  const [, host = '', path = ''] = /^([^:]+):(\/.*)$/s.exec(address) ?? [];
  // a host that begins with a dash would be an option of ssh
  if (host === '' || host.startsWith('-')) throw new TargetError(`'${address}' is not of the form ssh:HOST:/PATH`);
  const name = `ssh:${address}`;
  return { name, open: async () => (await import('./ssh-tunnel.js')).openTunnel(name, host, path) };
}
