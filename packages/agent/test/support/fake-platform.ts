import { plainKernels } from '@qga/protocol';
import type { Context } from '../../dist/core/context.js';
import { SystemError } from '../../dist/core/system-error.js';
import { EINVAL, ENOENT } from '../../dist/linux/constants.js';
import { linuxPaths } from '../../dist/linux/paths.js';
import type { Files, Platform } from '../../dist/platform.js';

/** Text of each file by its path. */
export type FakeTree = Map<string, string>;

/**
 * Just enough of a filesystem for attributes of the kernel: directories are where a path goes on.
 * @param refuseWrites errno that writing to a file gives
 */
export function fakeFiles(tree: FakeTree, refuseWrites: ReadonlyMap<string, number> = new Map()): Partial<Files> {
  const open = new Map<number, { path: string; at: number }>();
  let next = 100;
  const clean = (path: string): string => path.replaceAll(/\/+/g, '/').replace(/\/$/, '');
  const below = (path: string): string[] => [...tree.keys()].filter((name) => name.startsWith(`${clean(path)}/`));
  const stateOf = (file: number): { path: string; at: number } => {
    const state = open.get(file);
    if (state === undefined) throw new Error('not open');
    return state;
  };
  return {
    open: async (path) => {
      if (!tree.has(clean(path))) throw new SystemError(ENOENT);
      open.set(++next, { path: clean(path), at: 0 });
      return next;
    },
    close: async (file) => void open.delete(file),
    read: async (file, into) => {
      const state = stateOf(file);
      const bytes = Buffer.from(tree.get(state.path) ?? '').subarray(state.at, state.at + into.length);
      into.set(bytes);
      state.at += bytes.length;
      return bytes.length;
    },
    lseek: async (file, offset) => {
      stateOf(file).at = Number(offset);
      return offset;
    },
    write: async (file, bytes) => {
      const { path, at } = stateOf(file);
      const errno = refuseWrites.get(path);
      if (errno !== undefined) throw new SystemError(errno);
      if (at !== 0) throw new SystemError(EINVAL);
      tree.set(path, Buffer.from(bytes).toString());
      return bytes.length;
    },
    stat: async (path) => {
      if (!tree.has(clean(path)) && below(path).length === 0) throw new SystemError(ENOENT);
      return { mode: 0, size: 0, uid: 0, gid: 0, rdev: 0 };
    },
    readdir: async (path) => {
      const names = below(path).map((name) => name.slice(clean(path).length + 1).split('/', 1)[0] ?? '');
      if (names.length === 0) throw new SystemError(ENOENT);
      return [...new Set(names)];
    },
  };
}

/** A context in which only what is given here works. */
export function fakeContext(
  platform: Omit<Partial<Platform>, 'files'> & { readonly files: Partial<Files> },
  rest: Partial<Context> = {},
): Context {
  return {
    platform: { kernels: plainKernels, ...platform },
    paths: linuxPaths,
    log: { record: () => undefined },
    ...rest,
  } as unknown as Context;
}
