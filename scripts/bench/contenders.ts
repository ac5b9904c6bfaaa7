import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.js';

/** An agent to be measured. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** the program and what of it is no shared library: files and folders */
  readonly files: readonly string[];
  /** prints the shared libraries that the program needs */
  readonly libraries: readonly string[];
}

/** The agent that the goals are compared with. */
export const REFERENCE = 'qemu-ga 7.2';
export const NATIVE = 'native';
export const NODE = 'Node';

const NATIVE_FILE = join(ROOT, 'build/native/x86_64/qemu-ga');
const NEWEST = join(ROOT, 'build/reference-agent/root');
const LIBRARIES = join(NEWEST, 'usr/lib/x86_64-linux-gnu');
const LOADER = [join(LIBRARIES, 'ld-linux-x86-64.so.2'), '--library-path', LIBRARIES];
const NEWEST_AGENT = join(NEWEST, 'usr/sbin/qemu-ga');

const ALL: readonly Contender[] = [
  { name: NATIVE, command: [NATIVE_FILE], files: [NATIVE_FILE], libraries: ['ldd', NATIVE_FILE] },
  {
    name: NODE,
    command: [process.execPath, join(ROOT, 'packages/agent/bin/qemu-ga.js')],
    files: [
      process.execPath,
      ...['packages/agent/bin', 'packages/agent/dist', 'packages/protocol/dist'].map((path) => join(ROOT, path)),
      join(ROOT, 'node_modules/@koromix/koffi-linux-x64/linux_x64'),
    ],
    libraries: ['ldd', process.execPath],
  },
  {
    name: REFERENCE,
    command: ['/usr/sbin/qemu-ga'],
    files: ['/usr/sbin/qemu-ga'],
    libraries: ['ldd', '/usr/sbin/qemu-ga'],
  },
  {
    name: 'qemu-ga 11.1',
    command: [...LOADER, NEWEST_AGENT],
    files: [NEWEST_AGENT],
    libraries: [LOADER[0] ?? '', '--list', ...LOADER.slice(1), NEWEST_AGENT],
  },
];

/** The agents that are here, in the order of the columns. */
export function presentContenders(): Contender[] {
  return ALL.filter(({ name, command, files }) => {
    const here = [...command.filter((word) => word.startsWith('/')), ...files].every((file) => existsSync(file));
    if (!here) console.error(`skipped: ${name} is not built or not installed`);
    return here;
  });
}

/** Bytes of a file, or of all files in a folder that a program would load. */
function bytesOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path)
    .filter((name) => !/\.(d\.ts|map|tsbuildinfo)$/.test(name))
    .reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

/**
 * What has to be on the disk for an agent to run, in bytes.
 * @returns its own files, and with the shared libraries, the one of C included
 */
export function sizes(contender: Contender): { own: number; all: number } {
  const own = contender.files.reduce((sum, file) => sum + bytesOf(file), 0);
  const [program = '', ...args] = contender.libraries;
  let listed = '';
  try {
    listed = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // ldd's way to say that a program needs none
  }
  const libraries = new Set(Array.from(listed.matchAll(/\/\S+(?= \(0x)/g), ([path]) => realpathSync(path)));
  return { own, all: [...libraries].reduce((sum, file) => sum + statSync(file).size, own) };
}
