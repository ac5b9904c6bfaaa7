/** Every path that the agent knows by itself. Tests and embedders give their own. */
export interface Paths {
  readonly mountinfo: string;
  readonly mounts: string;
  readonly diskstats: string;
  readonly blockDevices: string;
  readonly disks: string;
  readonly udevData: string;
  readonly deviceNodes: string;

  readonly cpus: string;
  readonly memoryBlocks: string;
  readonly procStat: string;
  readonly netDev: string;
  readonly route: string;
  readonly ipv6Route: string;
  readonly config: string;
  readonly fsfreezeHook: string;
  /** the agent's own directory in /proc, which is its user's */
  readonly self: string;
  readonly pidfile: string;
  readonly statedir: string;
  /** a directory in memory, for what must be writable while disks are frozen */
  readonly volatile: string;
  /** names the guest's boot */
  readonly bootId: string;
  readonly virtioPort: string;
  /** directory of the virtio ports, with the name that the host gave each */
  readonly virtioPorts: string;
  readonly vsock: string;
  /** what the kernel says of the agent's own process */
  readonly ownStatus: string;
  readonly isaPort: string;
  readonly poweroff: string;
  readonly halt: string;
  readonly reboot: string;
  readonly shutdown: string;
  readonly hwclock: string;
  readonly powerState: string;
  readonly utmp: string;
  readonly passwd: string;
  readonly localtime: string;
  /** directory of time zones by name */
  readonly zoneinfo: string;
  /** where to look for os-release, best first */
  readonly osRelease: readonly string[];
  /** directory in which each open descriptor is a name */
  readonly descriptors: string;
  /** what the agent's own process may use: proc_pid_limits(5) */
  readonly ownLimits: string;

  readonly shell: string;
  /** directories to look for programs in when the environment names none, as in PATH */
  readonly searchPath: string;
}

export const linuxPaths: Paths = {
  mountinfo: '/proc/self/mountinfo',
  mounts: '/proc/self/mounts',
  diskstats: '/proc/diskstats',
  blockDevices: '/sys/dev/block',
  disks: '/sys/block',
  udevData: '/run/udev/data',
  deviceNodes: '/dev',

  cpus: '/sys/devices/system/cpu',
  memoryBlocks: '/sys/devices/system/memory/',
  procStat: '/proc/stat',
  netDev: '/proc/net/dev',
  route: '/proc/net/route',
  ipv6Route: '/proc/net/ipv6_route',
  config: '/etc/qemu/qemu-ga.conf',
  fsfreezeHook: '/etc/qemu/fsfreeze-hook',
  self: '/proc/self',
  pidfile: '/var/run/qemu-ga.pid',
  statedir: '/var/run',
  volatile: '/run',
  bootId: '/proc/sys/kernel/random/boot_id',
  virtioPort: '/dev/virtio-ports/org.qemu.guest_agent.0',
  virtioPorts: '/sys/class/virtio-ports',
  vsock: '/dev/vsock',
  ownStatus: '/proc/self/status',
  isaPort: '/dev/ttyS0',
  poweroff: '/sbin/poweroff',
  halt: '/sbin/halt',
  reboot: '/sbin/reboot',
  shutdown: '/sbin/shutdown',
  hwclock: '/sbin/hwclock',
  powerState: '/sys/power/state',
  utmp: '/var/run/utmp',
  passwd: '/etc/passwd',
  localtime: '/etc/localtime',
  zoneinfo: '/usr/share/zoneinfo',
  osRelease: ['/etc/os-release', '/usr/lib/os-release'],
  descriptors: '/proc/self/fd',
  ownLimits: '/proc/self/limits',

  shell: '/bin/sh',
  searchPath: '/bin:/usr/bin:.',
};
