/** Numbers of Linux's system call interface, the same on x86-64 and arm64 (asm-generic headers). */

export const ENOENT = 2;
export const ENOEXEC = 8;
export const EAGAIN = 11;
export const EACCES = 13;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENOTDIR = 20;
export const EINVAL = 22;
export const ENOTTY = 25;
export const ELOOP = 40;
export const EOPNOTSUPP = 95;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
/** Names a file without opening it. */
export const O_PATH = 0o10000000;

/** Address family of unix sockets: unix(7). */
export const AF_UNIX = 1;
/** Address family of sockets between a virtual machine and its host: vsock(7). */
export const AF_VSOCK = 40;

/** File type bits of a mode, and their values: inode(7). */
export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;

/** Freezes the filesystem of an open directory: linux/fs.h, ioctl_fsfreeze(2). */
export const FIFREEZE = 0xc0045877;
/** Thaws it; EINVAL when it is not frozen. */
export const FITHAW = 0xc0045878;

/** Discards a filesystem's unused blocks; the argument is a struct fstrim_range. */
export const FITRIM = 0xc0185879;

/** Sends a command to an NVMe controller: linux/nvme_ioctl.h. The result is the controller's status, 0 for success. */
export const NVME_IOCTL_ADMIN_CMD = 0xc0484e41;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;

/** syslog(3): facility daemon. */
export const LOG_DAEMON = 3 << 3;
/** syslog(3): severity informational. */
export const LOG_INFO = 6;
