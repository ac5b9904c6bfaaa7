import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ChannelClosedError, PushQueue, type ByteChannel } from '@qga/protocol';
import { ConnectError } from '../../core/errors.js';

/** Characters of a program's complaints that are kept for a message. */
const COMPLAINTS = 500;

/** Starts a program whose input and output are the channel. @throws ConnectError when it cannot be started */
export function processChannel(program: string, args: readonly string[], name: string): Promise<ByteChannel> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'absent' : error.code === 'EACCES' ? 'forbidden' : 'failed';
      reject(new ConnectError(reason, `cannot start ${program}: ${error.message}`, { cause: error }));
    });
    child.once('spawn', () => {
      resolve(new ProcessChannel(child, name));
    });
  });
}

class ProcessChannel implements ByteChannel {
  readonly peer: string;
  readonly chunks: PushQueue<Uint8Array>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #complaints = '';

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, peer: string) {
    this.peer = peer;
    this.#child = child;
    this.chunks = new PushQueue(() => child.stdout.resume());
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.chunks.push(chunk)) child.stdout.pause();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS);
    });
    // a program that ended shows as the end of its output; what it left unread does not matter then
    child.stdin.on('error', () => undefined);
    child.once('close', (code, signal) => {
      const words = this.#complaints.trim().split('\n').at(-1) ?? '';
      const how = signal ?? `exit code ${String(code)}`;
      this.chunks.end(new ChannelClosedError(words === '' ? `the program ended with ${how}` : words));
    });
  }

  write(parts: readonly Uint8Array[]): Promise<void> {
    const { stdin } = this.#child;
    return new Promise((resolve, reject) => {
      const bytes = Buffer.concat(parts);
      stdin.write(bytes, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(new ChannelClosedError(`${this.peer} is gone`));
      });
    });
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.stdout.destroy();
    this.#child.kill();
    this.chunks.end();
  }
}
