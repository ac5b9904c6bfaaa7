import { PassThrough, Writable } from 'node:stream';

/** @returns a stream whose bytes `consume` gets, and that finishes when `consume` has */
export function writableTo(consume: (source: AsyncIterable<Uint8Array>) => Promise<unknown>): Writable {
  const pipe = new PassThrough();
  // who reads it hears of its end; there is nobody else to hear
  pipe.on('error', () => undefined);
  const consumed = consume(pipe as AsyncIterable<Uint8Array>);
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (pipe.write(chunk)) done();
      else pipe.once('drain', done);
    },
    final(done) {
      pipe.end();
      consumed.then(() => done(), done);
    },
    destroy(error, done) {
      pipe.destroy(error ?? undefined);
      done(error);
    },
  });
  consumed.catch((error: unknown) => {
    stream.destroy(error as Error);
  });
  return stream;
}
