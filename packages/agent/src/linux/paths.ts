/** Every path that the agent knows by itself. Tests and embedders give their own. */
export interface Paths {
  readonly mountinfo: string;
  readonly mounts: string;
  readonly cpus: string;
  readonly memoryBlocks: string;
  readonly procStat: string;
  readonly netDev: string;
  readonly route: string;
  readonly ipv6Route: string;
  readonly config: string;
  readonly fsfreezeHook: string;
  readonly pidfile: string;
  readonly statedir: string;
  readonly virtioPort: string;
  readonly isaPort: string;
  readonly poweroff: string;
  readonly halt: string;
  readonly reboot: string;
  readonly shutdown: string;
  readonly shell: string;
  /** directories to look for programs in when the environment names none, as in PATH */
  readonly searchPath: string;
}

export const linuxPaths: Paths = {
  mountinfo: '/proc/self/mountinfo',
  mounts: '/proc/self/mounts',
  cpus: '/sys/devices/system/cpu',
  memoryBlocks: '/sys/devices/system/memory/',
  procStat: '/proc/stat',
  netDev: '/proc/net/dev',
  route: '/proc/net/route',
  ipv6Route: '/proc/net/ipv6_route',
  config: '/etc/qemu/qemu-ga.conf',
  fsfreezeHook: '/etc/qemu/fsfreeze-hook',
  pidfile: '/var/run/qemu-ga.pid',
  statedir: '/var/run',
  virtioPort: '/dev/virtio-ports/org.qemu.guest_agent.0',
  isaPort: '/dev/ttyS0',
  poweroff: '/sbin/poweroff',
  halt: '/sbin/halt',
  reboot: '/sbin/reboot',
  shutdown: '/sbin/shutdown',
  shell: '/bin/sh',
  searchPath: '/bin:/usr/bin:.',
};
