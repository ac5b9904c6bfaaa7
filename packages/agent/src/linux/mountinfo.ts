/** A filesystem on a block device, as the freeze and trim commands see it. */
export interface Mount {
  readonly mountpoint: string;
  readonly type: string;
  /** `major:minor` of its device */
  readonly device: string;
}

/** A line of mountinfo, before anything is left out. */
export interface MountLine extends Mount {
  readonly source: string;
}

/** Undoes the kernel's escapes: `\040` for a space, `\\` for a backslash. */
function unescape(field: string): string {
  // hardly any has one, and an interpreter takes its time to replace nothing
  if (!field.includes('\\')) return field;
  return field.replace(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  );
}

/**
 * Reads `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
 * @param text the file's bytes as Latin-1 or UTF-8 text
 * @returns one entry a line, in file order; lines that do not fit the format are left out
 */
export function parseMountinfo(text: string): MountLine[] {
  const lines: MountLine[] = [];
  for (const line of text.split('\n')) {
    const [head, tail] = line.split(' - ', 2);
    if (head === undefined || tail === undefined) continue;
    const [, , device, , mountpoint] = head.split(' ');
    const [type, source] = tail.split(' ');
    if (device === undefined || mountpoint === undefined || type === undefined || source === undefined) continue;
    if (!/^\d+:\d+$/.test(device)) continue;
    lines.push({ mountpoint: unescape(mountpoint), type, device, source: unescape(source) });
  }
  return lines;
}

/**
 * Reads `/proc/self/mounts` (proc_pid_mounts(5)), for kernels without mountinfo: only sources that are paths and no network
 * filesystems; the device is the source's path, which is enough to tell filesystems apart.
 */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [source, mountpoint, type] = line.split(' ');
    if (source === undefined || mountpoint === undefined || type === undefined) continue;
    if (!source.startsWith('/') || type === 'smbfs' || type === 'cifs') continue;
    mounts.push({ mountpoint: unescape(mountpoint), type, device: unescape(source) });
  }
  return firstOfEachDevice(mounts);
}

/** Keeps the first mount of each device: bind mounts and second mounts are the same filesystem. */
export function firstOfEachDevice<T extends Mount>(mounts: readonly T[]): T[] {
  const seen = new Set<string>();
  return mounts.filter(({ device }) => {
    if (seen.has(device)) return false;
    seen.add(device);
    return true;
  });
}

/** Whether a mount has no block device behind it by its number: tmpfs, proc, overlay, network filesystems, btrfs. */
export function isAnonymous(mount: Mount): boolean {
  return mount.device.startsWith('0:');
}

/**
 * The mount that holds a path: the one with the longest mount point, of mounts over one another the last.
 * @param path absolute and without symbolic links
 */
export function mountOf<T extends Mount>(mounts: readonly T[], path: string): T | undefined {
  let holder: T | undefined;
  for (const mount of mounts) {
    const folder = mount.mountpoint.endsWith('/') ? mount.mountpoint : `${mount.mountpoint}/`;
    if (!`${path}/`.startsWith(folder)) continue;
    if (holder === undefined || mount.mountpoint.length >= holder.mountpoint.length) holder = mount;
  }
  return holder;
}
