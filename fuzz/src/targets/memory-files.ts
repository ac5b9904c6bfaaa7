import { SystemError, type Files, type FileStatus } from '@qga/agent/core';
import { bytesOf } from '../target.js';

/** Numbers of Linux. */
const ENOENT = 2;
const EBADF = 9;
const EEXIST = 17;
const EISDIR = 21;
const EINVAL = 22;
const EFBIG = 27;
const ENOTTY = 25;
const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_APPEND = 0o2000;
const DIRECTORY = 0o200000;
const S_IFREG = 0o100644;
const S_IFDIR = 0o040755;
/** Bytes that a file may grow to. */
const LARGEST = 1 << 20;
const FIRST_DESCRIPTOR = 3;
const BLOCK = 4096;

interface Open {
  readonly path: string;
  readonly flags: number;
  at: number;
}

interface Node {
  bytes: Uint8Array;
}

/** Files in memory, which refuse what the kernel refuses with the kernel's numbers. */
export class MemoryFiles implements Files {
  readonly flags = { directory: DIRECTORY, noFollow: 0o400000 };
  readonly #nodes = new Map<string, Node>();
  readonly #open = new Map<number, Open>();
  #next = FIRST_DESCRIPTOR;

  /** @param texts by path; each character is a byte. Folders that hold something are there */
  constructor(texts: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(texts)) this.#nodes.set(path, { bytes: bytesOf(text) });
  }

  /** How many descriptors are open. */
  get opened(): number {
    return this.#open.size;
  }

  async open(name: string, flags: number): Promise<number> {
    const path = this.#resolve(name);
    const isFolder = this.#isFolder(path);
    if (isFolder && (flags & O_ACCMODE) !== 0) throw new SystemError(EISDIR);
    if (!isFolder) this.#openFile(path, flags);
    const descriptor = this.#next++;
    this.#open.set(descriptor, { path, flags, at: 0 });
    return descriptor;
  }

  async close(file: number): Promise<void> {
    if (!this.#open.delete(file)) throw new SystemError(EBADF);
  }

  readNow(): undefined {
    return undefined;
  }

  async read(file: number, into: Uint8Array): Promise<number> {
    const open = this.#opened(file);
    if (this.#isFolder(open.path)) throw new SystemError(EISDIR);
    if ((open.flags & O_ACCMODE) === 1) throw new SystemError(EBADF);
    const piece = this.#node(open.path).bytes.subarray(open.at, open.at + into.length);
    into.set(piece);
    open.at += piece.length;
    return piece.length;
  }

  async write(file: number, bytes: Uint8Array): Promise<number> {
    const open = this.#opened(file);
    if ((open.flags & O_ACCMODE) === 0) throw new SystemError(EBADF);
    const node = this.#node(open.path);
    if ((open.flags & O_APPEND) !== 0) open.at = node.bytes.length;
    const end = open.at + bytes.length;
    if (end > LARGEST) throw new SystemError(EFBIG);
    const grown = new Uint8Array(Math.max(end, node.bytes.length));
    grown.set(node.bytes);
    grown.set(bytes, open.at);
    node.bytes = grown;
    open.at = end;
    return bytes.length;
  }

  async lseek(file: number, offset: bigint, whence: number): Promise<bigint> {
    const open = this.#opened(file);
    const size = this.#isFolder(open.path) ? 0 : this.#node(open.path).bytes.length;
    const from = [0, open.at, size][whence];
    if (from === undefined) throw new SystemError(EINVAL);
    const at = BigInt(from) + offset;
    if (at < 0n || at > 0x7fff_ffff_ffff_ffffn) throw new SystemError(EINVAL);
    open.at = Number(at);
    return at;
  }

  fstat(file: number): Promise<FileStatus> {
    return this.stat(this.#opened(file).path);
  }

  async stat(name: string): Promise<FileStatus> {
    const path = this.#resolve(name);
    if (this.#isFolder(path)) return { mode: S_IFDIR, size: 0, uid: 0, gid: 0, rdev: 0 };
    return { mode: S_IFREG, size: this.#node(path).bytes.length, uid: 0, gid: 0, rdev: 0 };
  }

  async fchmod(file: number): Promise<void> {
    this.#opened(file);
  }

  async fchown(file: number): Promise<void> {
    this.#opened(file);
  }

  async fsync(file: number): Promise<void> {
    this.#opened(file);
  }

  async rename(from: string, to: string): Promise<void> {
    const node = this.#node(this.#resolve(from));
    this.#nodes.delete(this.#resolve(from));
    this.#nodes.set(this.#resolve(to), node);
  }

  async unlink(name: string): Promise<void> {
    if (!this.#nodes.delete(this.#resolve(name))) throw new SystemError(ENOENT);
  }

  async mkdir(name: string): Promise<void> {
    throw new SystemError(this.#isFolder(this.#resolve(name)) ? EEXIST : ENOENT);
  }

  async readdir(name: string): Promise<string[]> {
    const path = this.#resolve(name);
    if (!this.#isFolder(path)) throw new SystemError(ENOENT);
    const below = [...this.#nodes.keys()].filter((node) => node.startsWith(`${path}/`));
    return [...new Set(below.map((node) => node.slice(path.length + 1).split('/')[0] ?? ''))];
  }

  async readlink(name: string): Promise<string> {
    await this.stat(name);
    throw new SystemError(EINVAL);
  }

  async realpath(name: string): Promise<string> {
    await this.stat(name);
    return this.#resolve(name);
  }

  async statvfs(name: string) {
    await this.stat(name);
    return { fragmentSize: BLOCK, blocks: 1000, free: 500, available: 400 };
  }

  async executable(name: string): Promise<boolean> {
    return this.#nodes.has(this.#resolve(name));
  }

  async ioctl(file: number): Promise<number> {
    this.#opened(file);
    throw new SystemError(ENOTTY);
  }

  #openFile(path: string, flags: number): void {
    const node = this.#nodes.get(path);
    if (node !== undefined && (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) throw new SystemError(EEXIST);
    if (node === undefined) {
      if ((flags & O_CREAT) === 0 || path.includes('\0')) throw new SystemError(ENOENT);
      this.#nodes.set(path, { bytes: new Uint8Array(0) });
    } else if ((flags & O_TRUNC) !== 0) node.bytes = new Uint8Array(0);
  }

  /** The path without empty names and dots; what is below an open folder, as the folder's own path. */
  #resolve(name: string): string {
    const [, descriptor, rest] = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/s.exec(name) ?? [];
    const whole = descriptor === undefined ? name : this.#opened(Number(descriptor)).path + (rest ?? '');
    const names: string[] = [];
    for (const part of whole.split('/')) {
      if (part === '..') names.pop();
      else if (part !== '' && part !== '.') names.push(part);
    }
    return names.map((part) => `/${part}`).join('');
  }

  #isFolder(path: string): boolean {
    return path === '' || [...this.#nodes.keys()].some((node) => node.startsWith(`${path}/`));
  }

  #node(path: string): Node {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new SystemError(ENOENT);
    return node;
  }

  #opened(file: number): Open {
    const open = this.#open.get(file);
    if (open === undefined) throw new SystemError(EBADF);
    return open;
  }
}
