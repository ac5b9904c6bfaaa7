import type { FileHost } from '../../core/files/pieces.js';
import { runScript, type Ran } from '../../core/exec/helper.js';
import { CommandError, TransferError } from '../../core/errors.js';

/** What is known of a file in the guest. */
export interface GuestStat {
  readonly folder: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/** The exit code of a shell that does not find a program. */
const NOT_FOUND = 127;

const STAT = 'stat -L -c "%f %u %g %s" -- "$1"';
const SUM = 'if [ -n "$2" ]; then head -c "$2" -- "$1" | sha256sum; else sha256sum <"$1"; fi';

/** Makes an empty file that only its owner may read; a file that is there stays when `$2` says so. */
const PLACE = `umask 077
[ -n "$2" ] && [ -f "$1" ] && [ ! -L "$1" ] && exit 0
rm -f -- "$1" && set -C && : >"$1"`;

/** Where a symbolic link leads; the path itself for what is not there yet. */
const RESOLVE = 'd=$(readlink -f -- "$1" 2>/dev/null) && [ -n "$d" ] || d=$1; printf "%s" "$d"';

/** Puts the new file in the place of the old one, with the old one's owner and permissions, if there is one. */
const REPLACE = `t=$1 d=$2 m=$3 o=$4
if [ -d "$d" ]; then echo "$d is a folder" >&2; exit 1; fi
if [ -e "$d" ]
then chown "$(stat -c %u:%g -- "$d")" "$t" && chmod "$(stat -c %a -- "$d")" "$t" || exit 1
else
  if [ -n "$o" ]; then chown "$o" "$t" || exit 1; fi
  chmod "$m" "$t" || exit 1
fi
mv -f -- "$t" "$d"`;

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const PERMISSIONS = 0o7777;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** What only programs in the guest can do with its files: everything here goes through guest-exec and /bin/sh. */
export class GuestTools {
  readonly #host: FileHost;

  constructor(host: FileHost) {
    this.#host = host;
  }

  /** @returns undefined when there is no such file @throws TransferError */
  async stat(path: string): Promise<GuestStat | undefined> {
    const { code, out, err } = await this.#run(STAT, path);
    if (code !== 0) {
      if (/no such file/i.test(text(err))) return undefined;
      throw this.#failure(`stat ${path}`, err);
    }
    const [mode = '', uid, gid, size] = text(out).trim().split(' ');
    const bits = parseInt(mode, 16);
    return {
      folder: (bits & S_IFMT) === S_IFDIR,
      mode: bits & PERMISSIONS,
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
    };
  }

  /** @returns the SHA-256 sum, of the first bytes only when told so; undefined when the guest cannot make it */
  async sum(path: string, length?: number): Promise<string | undefined> {
    const { code, out } = await this.#run(SUM, path, length === undefined ? '' : String(length));
    const [sum] = /^[0-9a-f]{64}/.exec(text(out)) ?? [];
    return code === 0 ? sum : undefined;
  }

  /** Makes room for a new file that nobody else may read. @throws TransferError */
  async place(path: string, keep: boolean): Promise<void> {
    const { code, err } = await this.#run(PLACE, path, keep ? 'keep' : '');
    if (code !== 0) throw this.#failure(`cannot make ${path}`, err);
  }

  /** @returns what a path means when links are followed */
  async resolve(path: string): Promise<string> {
    const { code, out } = await this.#run(RESOLVE, path);
    return code === 0 && out.length > 0 ? text(out) : path;
  }

  /** See REPLACE. @param owner `uid:gid` for a new file, or empty @throws TransferError */
  async replace(temporary: string, path: string, mode: number, owner: string): Promise<void> {
    const { code, err } = await this.#run(REPLACE, temporary, path, mode.toString(8), owner);
    if (code !== 0) throw this.#failure(`cannot replace ${path}`, err);
  }

  async remove(path: string): Promise<void> {
    await this.#run('rm -f -- "$1"', path);
  }

  /** Runs a script that must succeed. @param what for messages @throws TransferError */
  async must(what: string, script: string, ...args: readonly string[]): Promise<Uint8Array> {
    const { code, out, err } = await this.#run(script, ...args);
    if (code === NOT_FOUND) throw new TransferError('tool', `${what}: the guest lacks a program: ${text(err).trim()}`);
    if (code !== 0) throw this.#failure(what, err);
    return out;
  }

  #run(script: string, ...args: readonly string[]): Promise<Ran> {
    return runScript(this.#host, script, ...args);
  }

  #failure(what: string, err: Uint8Array): TransferError {
    return new TransferError('tool', `${what}: ${text(err).trim() || 'the guest gives no reason'}`);
  }
}

/** @returns the guest's tools, or undefined when its agent does not allow programs or the guest has no shell */
export async function toolsOf(
  host: FileHost & { capabilities(): Promise<{ readonly exec: boolean }> },
): Promise<GuestTools | undefined> {
  if (!(await host.capabilities()).exec) return undefined;
  try {
    const { code } = await runScript(host, 'exit 0');
    return code === 0 ? new GuestTools(host) : undefined;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
