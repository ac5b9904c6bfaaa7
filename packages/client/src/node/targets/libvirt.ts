import type { Target } from '../../core/environment.js';
import { TargetError } from './address-error.js';

/** libvirt reads at most 10 MiB of a reply. */
const REPLY_LIMIT = 10 * 1024 * 1024;

/** Linux takes 128 KiB for one argument of a program, its end included. */
const REQUEST_LIMIT = 128 * 1024 - 1;

/**
 * A domain of libvirt's, through a `virsh` for each call: remote URIs work as libvirt makes them work, and libvirt's own agent
 * calls may go on beside ours. It is slow (a process for each call, 95 KiB in one write); where the socket can be reached, prefer it.
 * @param address `DOMAIN` or `URI/DOMAIN`: what is behind the last slash is the domain
 */
export function libvirtTarget(address: string): Target {
  const [, uri, domain = ''] = /^(?:(.*:\/\/.*)\/)?([^/]+)$/s.exec(address) ?? [];
  if (domain === '' || domain.startsWith('-')) {
    throw new TargetError(`'${address}' is not of the form libvirt:[URI/]DOMAIN`);
  }
  const name = `libvirt:${address}`;
  return {
    name,
    requestLimit: REQUEST_LIMIT,
    replyLimit: REPLY_LIMIT,
    open: async () => new (await import('./virsh.js')).Virsh(name, uri, domain),
  };
}
