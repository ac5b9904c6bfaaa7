import type { GuestDiskInfo } from '@qga/protocol';

/** A disk, and how deep it stands below what it lies on. */
export interface Branch<D> {
  /** what to draw before its name */
  readonly lead: string;
  readonly disk: D;
}

/**
 * Puts disks in the order of a tree: what lies on a disk (partitions, volumes) stands below it, below each when it lies on several.
 * @param disks what a guest says, which may be nonsense: a circle ends where it would close, and a disk of a circle is not shown twice
 */
export function diskTree<D extends Pick<GuestDiskInfo, 'name' | 'dependencies'>>(disks: readonly D[]): Branch<D>[] {
  const sorted = [...disks].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const names = new Set(disks.map(({ name }) => name));
  const shown = new Set<string>();
  const grow = (disk: D, lead: string, margin: string, above: ReadonlySet<string>): Branch<D>[] => {
    shown.add(disk.name);
    const path = new Set(above).add(disk.name);
    const upon = sorted.filter(({ name, dependencies }) => !path.has(name) && dependencies?.includes(disk.name));
    const below = upon.flatMap((one, at) => {
      const last = at === upon.length - 1;
      return grow(one, `${margin}${last ? '└─' : '├─'}`, `${margin}${last ? '  ' : '│ '}`, path);
    });
    return [{ lead, disk }, ...below];
  };
  const roots = sorted.filter(({ dependencies = [] }) => !dependencies.some((name) => names.has(name)));
  const trees = roots.flatMap((disk) => grow(disk, '', '', new Set()));
  return [...trees, ...sorted.filter(({ name }) => !shown.has(name)).map((disk) => ({ lead: '', disk }))];
}
