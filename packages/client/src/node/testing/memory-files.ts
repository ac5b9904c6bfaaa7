import { AgentError, type Commands } from '@qga/protocol';

type Read = Commands['guest-file-read'];
type Write = Commands['guest-file-write'];
type Seek = Commands['guest-file-seek'];

interface OpenFile {
  readonly path: string;
  at: number;
}

/** The files of a fake guest: enough of guest-file-* to copy to it and from it. */
export class MemoryFiles {
  /** what is in each file, by path */
  readonly contents = new Map<string, Buffer>();
  readonly #open = new Map<number, OpenFile>();
  #next = 1000;

  /** how many are open: after a test it should be none */
  get openCount(): number {
    return this.#open.size;
  }

  open({ path, mode = 'r' }: { readonly path: string; readonly mode?: string }): number {
    const there = this.contents.has(path);
    if (!there && mode.startsWith('r')) {
      throw new AgentError(`failed to open file '${path}' (mode: '${mode}'): No such file or directory`);
    }
    if (!there || mode.startsWith('w')) this.contents.set(path, Buffer.alloc(0));
    const handle = this.#next++;
    this.#open.set(handle, { path, at: mode.startsWith('a') ? this.#of(path).length : 0 });
    return handle;
  }

  read({ handle, count = 4096 }: Read['arguments']): Read['return'] {
    const file = this.#file(handle);
    const bytes = this.#of(file.path).subarray(file.at, file.at + count);
    file.at += bytes.length;
    return { count: bytes.length, 'buf-b64': bytes, eof: bytes.length < count };
  }

  write({ handle, 'buf-b64': bytes }: Write['arguments']): Write['return'] {
    const file = this.#file(handle);
    const old = this.#of(file.path);
    const whole = Buffer.alloc(Math.max(old.length, file.at + bytes.length));
    old.copy(whole);
    whole.set(bytes, file.at);
    file.at += bytes.length;
    this.contents.set(file.path, whole);
    return { count: bytes.length, eof: false };
  }

  seek({ handle, offset, whence }: Seek['arguments']): Seek['return'] {
    const file = this.#file(handle);
    const from =
      whence === 'end' || whence === 2 ? this.#of(file.path).length : whence === 'set' || whence === 0 ? 0 : file.at;
    file.at = from + offset;
    return { position: file.at, eof: false };
  }

  flush({ handle }: { readonly handle: number }): Record<string, never> {
    this.#file(handle);
    return {};
  }

  close({ handle }: { readonly handle: number }): Record<string, never> {
    this.#file(handle);
    this.#open.delete(handle);
    return {};
  }

  #file(handle: number): OpenFile {
    const file = this.#open.get(handle);
    if (file === undefined) throw new AgentError(`handle '${String(handle)}' has not been found`);
    return file;
  }

  #of(path: string): Buffer {
    return this.contents.get(path) ?? Buffer.alloc(0);
  }
}
