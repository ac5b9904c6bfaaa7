import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findReference, REFERENCE_DIRECTORY, versionOf } from './harness/programs.js';

/**
 * Fetches the newest packaged QEMU agent and what it needs to run, and unpacks it into `build/reference-agent`: nothing is installed.
 *
 *     node build/conformance/fetch-reference.js [--again]
 *
 * Does nothing when it is there already; `--again` takes what is newest now. Needs Debian's apt-get and dpkg and the network. It brings its own
 * C library, so that the age of this machine does not matter.
 */

const SOURCE = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n';

const PACKAGES = [
  'qemu-guest-agent',
  'libc6',
  'libglib2.0-0t64',
  'liburing2',
  'libnuma1',
  'libudev1',
  'libpcre2-8-0',
  'libcap2',
  'libatomic1',
  'libgcc-s1',
  'libffi8',
  'libselinux1',
  'zlib1g',
];

const APT_TIMEOUT_MS = 180_000;

/** A start script, so that the agent is one executable; `exec` keeps the process id. */
const START_SCRIPT = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/root
for lib in "$here"/usr/lib/*-linux-gnu*; do
  for loader in "$lib"/ld-linux*.so.*; do
    [ -e "$loader" ] && exec "$loader" --library-path "$lib" "$here/usr/sbin/qemu-ga" "$@"
  done
done
echo "no dynamic loader in $here" >&2
exit 127
`;

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: APT_TIMEOUT_MS });
}

/** apt with lists, caches and sources of its own: the machine's stay as they are. */
function aptOptions(work: string): string[] {
  return [
    `Dir::Etc::sourcelist=${join(work, 'sid.list')}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(work, 'lists')}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'Acquire::Languages=none',
    // Downloads go into a directory that apt's own user cannot write to.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
}

function fetch(): void {
  const work = join(REFERENCE_DIRECTORY, 'apt');
  const packages = join(work, 'packages');
  rmSync(REFERENCE_DIRECTORY, { recursive: true, force: true });
  mkdirSync(join(work, 'lists', 'partial'), { recursive: true });
  mkdirSync(packages);
  writeFileSync(join(work, 'sid.list'), SOURCE);
  run('apt-get', [...aptOptions(work), 'update'], work);
  run('apt-get', [...aptOptions(work), 'download', ...PACKAGES], packages);
  const root = join(REFERENCE_DIRECTORY, 'root');
  for (const file of readdirSync(packages)) run('dpkg', ['-x', file, root], packages);
  rmSync(work, { recursive: true });
  const script = join(REFERENCE_DIRECTORY, 'qemu-ga');
  writeFileSync(script, START_SCRIPT);
  chmodSync(script, 0o755);
}

function main(args: readonly string[]): number {
  try {
    const again = args.includes('--again');
    if (again || !existsSync(join(REFERENCE_DIRECTORY, 'qemu-ga'))) fetch();
  } catch (error) {
    rmSync(REFERENCE_DIRECTORY, { recursive: true, force: true });
    console.error(`cannot fetch the reference agent: ${explain(error)}`);
    return 1;
  }
  const found = findReference();
  console.log('program' in found ? versionOf(found.program) : found.reason);
  return 'program' in found ? 0 : 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const printed = 'stderr' in error ? String(error.stderr).trim().split('\n').slice(0, 3).join('; ') : '';
  return printed ? `${error.message.split('\n')[0]}: ${printed}` : error.message;
}

process.exitCode = main(process.argv.slice(2));
