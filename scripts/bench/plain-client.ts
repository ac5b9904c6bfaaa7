import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';

const LF = 0x0a;

/** The client that anybody would write first: a request, its answer, the next request. */
class PlainClient {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #answer: (line: string) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      if (chunk.at(-1) !== LF) return;
      const line = Buffer.concat(this.#chunks).toString('latin1');
      this.#chunks = [];
      this.#answer(line);
    });
  }

  static async connect(path: string): Promise<PlainClient> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new PlainClient(socket);
  }

  async call(execute: string, args: object): Promise<unknown> {
    const answered = new Promise<string>((resolve) => (this.#answer = resolve));
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    const reply = JSON.parse(await answered) as { return?: unknown; error?: { desc: string } };
    if (reply.error !== undefined) throw new Error(reply.error.desc);
    return reply.return;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Copies a file from the guest. @param chunk bytes of a request */
export async function readPlainly(socket: string, from: string, to: string, chunk: number): Promise<void> {
  const client = await PlainClient.connect(socket);
  const handle = await client.call('guest-file-open', { path: from, mode: 'r' });
  const file = await open(to, 'w');
  for (let eof = false; !eof;) {
    const reply = (await client.call('guest-file-read', { handle, count: chunk })) as {
      readonly 'buf-b64': string;
      readonly eof: boolean;
    };
    await file.write(Buffer.from(reply['buf-b64'], 'base64'));
    eof = reply.eof;
  }
  await file.close();
  await client.call('guest-file-close', { handle });
  client.close();
}

/** Copies a file to the guest. @param chunk bytes of a request */
export async function writePlainly(socket: string, from: string, to: string, chunk: number): Promise<void> {
  const client = await PlainClient.connect(socket);
  const handle = await client.call('guest-file-open', { path: to, mode: 'w' });
  const file = await open(from, 'r');
  const bytes = Buffer.alloc(chunk);
  for (;;) {
    const { bytesRead } = await file.read(bytes, 0, chunk);
    if (bytesRead === 0) break;
    await client.call('guest-file-write', { handle, 'buf-b64': bytes.toString('base64', 0, bytesRead) });
  }
  await file.close();
  await client.call('guest-file-close', { handle });
  client.close();
}
