import { SystemError } from '../../dist/core/system-error.js';
import { ENOENT, EINVAL } from '../../dist/linux/constants.js';
import type { FilesystemRoom, Files, Pointee } from '../../dist/platform.js';

/** A file's text, where a symbolic link leads, or a folder; folders that hold something need no entry. */
export type Entry = string | { readonly to: string } | typeof FOLDER;

export const FOLDER = { folder: true } as const;

export interface FakeFiles {
  readonly files: Files;
  /** how often each call was made */
  readonly calls: Map<string, number>;
}

/** What the files cannot say by themselves. */
export interface Answers {
  statvfs?(path: string): FilesystemRoom;
  /** @returns the call's result; @throws SystemError */
  ioctl?(path: string, request: number, argument: Uint8Array, pointee?: Pointee): number;
}

/** A system's files as a table of path to content, in the order in which folders list them. */
export function fakeFiles(entries: Readonly<Record<string, Entry>>, answers: Answers = {}): FakeFiles {
  const table = new Map(Object.entries(entries));
  const folders = foldersOf(table);
  const open: { path: string; text: string; at: number }[] = [];
  const calls = new Map<string, number>();
  const refuse = (): never => {
    throw new SystemError(ENOENT);
  };

  const resolve = (path: string): string => {
    let done = '';
    const rest = path.split('/').filter((name) => name !== '');
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (name === '..') done = done.slice(0, done.lastIndexOf('/'));
      const at = name === '..' || name === '.' ? done : `${done}/${name}`;
      const entry = table.get(at);
      if (typeof entry === 'object' && 'to' in entry) {
        rest.unshift(...entry.to.split('/').filter((part) => part !== ''));
        if (entry.to.startsWith('/')) done = '';
      } else done = at;
    }
    return table.has(done) || folders.has(done) ? done : refuse();
  };

  const simple: Partial<Files> = {
    open: (path) => {
      const real = resolve(path);
      const entry = table.get(real);
      return Promise.resolve(open.push({ path: real, text: typeof entry === 'string' ? entry : '', at: 0 }) - 1);
    },
    read: (file, into) => {
      const state = open[file] ?? refuse();
      const { written } = new TextEncoder().encodeInto(state.text.slice(state.at), into);
      state.at += written;
      return Promise.resolve(written);
    },
    close: () => Promise.resolve(),
    readSmall: (path, into) => {
      const entry = table.get(resolve(path));
      return Promise.resolve(new TextEncoder().encodeInto(typeof entry === 'string' ? entry : '', into).written);
    },
    readdir: (path) => Promise.resolve([...(folders.get(resolve(path)) ?? refuse())]),
    realpath: (path) => Promise.resolve(resolve(path)),
    readlink: (path) => {
      const entry = table.get(path);
      if (typeof entry !== 'object' || !('to' in entry)) return Promise.reject(new SystemError(EINVAL));
      return Promise.resolve(entry.to);
    },
    statvfs: (path) => Promise.resolve((answers.statvfs ?? refuse)(path)),
    ioctl: (file, request, argument = new Uint8Array(0), pointee) =>
      Promise.resolve((answers.ioctl ?? refuse)(open[file]?.path ?? '', request, argument, pointee)),
  };
  return { files: counting(simple, calls), calls };
}

/** Each folder's names, in the order of the table. */
function foldersOf(table: ReadonlyMap<string, Entry>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const [path, entry] of table) {
    if (typeof entry === 'object' && !('to' in entry)) folders.set(path, folders.get(path) ?? new Set());
    const names = path.split('/');
    for (let depth = names.length - 1; depth > 0; depth--) {
      const folder = names.slice(0, depth).join('/');
      folders.set(folder, (folders.get(folder) ?? new Set()).add(names[depth] ?? ''));
    }
  }
  return folders;
}

/** Counts calls, refuses as a promise what throws, and fails loudly on a call that nobody expected. */
function counting(simple: Partial<Files>, calls: Map<string, number>): Files {
  return new Proxy(simple as Files, {
    get: (target, name: string) => {
      const call = (target as unknown as Record<string, unknown>)[name];
      if (typeof call !== 'function') throw new Error(`files.${name} is not faked`);
      return async (...args: unknown[]): Promise<unknown> => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return await (call as (...args: unknown[]) => Promise<unknown>)(...args);
      };
    },
  });
}
