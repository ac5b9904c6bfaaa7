import type { Socket } from 'node:net';
import type { ByteChannel } from '../channel.js';
import { ChannelClosedError } from '../errors.js';
import { PushQueue } from '../queue.js';

/** A channel over a stream socket of Node's, paused while the session is busy. */
export class SocketChannel implements ByteChannel {
  readonly peer: string;
  readonly chunks: PushQueue<Uint8Array>;
  readonly #socket: Socket;

  constructor(socket: Socket, peer: string) {
    this.peer = peer;
    this.#socket = socket;
    this.chunks = new PushQueue(() => socket.resume());
    socket.on('data', (chunk: Buffer) => {
      if (!this.chunks.push(chunk)) socket.pause();
    });
    socket.on('end', () => {
      this.chunks.end();
    });
    socket.on('error', (error) => {
      this.chunks.end(new ChannelClosedError(error.message));
    });
    socket.on('close', () => {
      this.chunks.end();
    });
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) throw new ChannelClosedError(`${this.peer} is gone`);
    socket.cork();
    let room = true;
    for (const part of parts) room = socket.write(part);
    socket.uncork();
    if (!room) await this.#drained();
  }

  close(): void {
    // what was written still goes out; the peer's silence cannot hold it up, a full buffer is never left behind by a session
    this.#socket.destroySoon();
    this.chunks.end();
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        if (socket.destroyed) reject(new ChannelClosedError(`${this.peer} is gone`));
        else resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }
}
