import type { Target } from '../../core/environment.js';
import { TargetError } from './address-error.js';
import { execTarget } from './exec.js';
import { hvsockTarget } from './hvsock.js';
import { libvirtTarget } from './libvirt.js';
import { sshTarget } from './ssh.js';
import { tcpTarget } from './tcp.js';
import { unixTarget } from './unix.js';
import { vsockTarget } from './vsock.js';

/** A kind of target: what stands before the first colon, and what makes a target of what stands behind it. */
interface Kind {
  readonly form: string;
  readonly about: string;
  make(address: string): Target;
}

/** The kinds of targets, for the library and the command line alike. */
export const TARGET_KINDS: Readonly<Record<string, Kind>> = {
  unix: { form: 'unix:PATH', about: "a unix socket: QEMU's chardev, or an agent that listens", make: unixTarget },
  tcp: { form: 'tcp:HOST:PORT', about: "QEMU's chardev on TCP, or something that forwards to it", make: tcpTarget },
  vsock: { form: 'vsock:CID:PORT', about: 'a guest that listens on vsock', make: vsockTarget },
  hvsock: { form: 'hvsock:PATH:PORT', about: "Firecracker's or Cloud Hypervisor's vsock socket", make: hvsockTarget },
  libvirt: { form: 'libvirt:[URI/]DOMAIN', about: "a domain of libvirt's, through virsh", make: libvirtTarget },
  ssh: { form: 'ssh:[USER@]HOST:PATH', about: 'a unix socket on another host, through ssh', make: sshTarget },
  exec: { form: 'exec:COMMAND', about: 'a command whose input and output lead to the agent', make: execTarget },
};

/**
 * Reads a target: `KIND:ADDRESS` as TARGET_KINDS lists them, or the path of a unix socket. A path with a colon in its first
 * part is written `unix:PATH` or `./PATH`.
 * @throws TargetError
 */
export function parseTarget(text: string): Target {
  const [, kind, address = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) {
    if (text === '') throw new TargetError('the target is empty');
    return unixTarget(text);
  }
  const found = Object.hasOwn(TARGET_KINDS, kind) ? TARGET_KINDS[kind] : undefined;
  if (found === undefined) {
    throw new TargetError(`'${kind}:' is no kind of target; there are ${Object.keys(TARGET_KINDS).join(', ')}`);
  }
  if (address === '') throw new TargetError(`'${text}' is not of the form ${found.form}`);
  return found.make(address);
}
