import { Framer, JsonPrinter, plainKernels, type ByteKernels, type Frame, type JsonValue } from '@qga/protocol';
import { nodeKernels } from '@qga/protocol/node';
import { inPieces, Random, seedOf } from '../random.js';
import { bytesOf, promised, textOf, type Target } from '../target.js';
import { requestSeeds, requestWords } from './requests.js';

/** Small, so that inputs reach the limits; the nesting is the real one, which the engine's stack has to bear. */
const LIMITS = { nesting: 1024, size: 2000, tokens: 500, word: 4096 };
const AFTER_ANYTHING = bytesOf('\xff\n{"execute":"guest-ping","id":"in step"}');
const IN_STEP = 'message {"execute": "guest-ping", "id": "in step"}';

function printed(value: JsonValue): string {
  return textOf(Buffer.concat(new JsonPrinter(plainKernels).json(value).take()));
}

function frames(kernels: ByteKernels, chunks: readonly Uint8Array[]): string[] {
  const framer = new Framer(kernels, LIMITS);
  const shown = (frame: Frame): string =>
    frame.kind === 'message' ? `message ${printed(frame.value)}` : `broken ${frame.reason}`;
  const found = chunks.flatMap((chunk) => Array.from(framer.push(chunk), shown));
  promised(!framer.midMessage, 'nothing is unfinished after 0xFF and a whole message');
  return found;
}

/** The reader of both sides: where chunks are cut and who does the byte work changes nothing, and 0xFF brings it back in step. */
export const framer: Target = {
  name: 'framer',
  seeds: requestSeeds,
  dictionary: requestWords,
  largest: 4000,
  run(input) {
    const bytes = Buffer.concat([input, AFTER_ANYTHING]);
    const whole = frames(nodeKernels, [bytes.subarray()]);
    promised(whole.at(-1) === IN_STEP, `the message after 0xFF is read, not ${whole.at(-1) ?? 'nothing'}`);
    promised(whole.length <= bytes.length, 'no more frames than bytes');
    const cut = frames(plainKernels, inPieces(bytes, new Random(seedOf(input))));
    promised(cut.join('\n') === whole.join('\n'), 'the same frames however the bytes are cut and whoever reads them');
    for (const shown of whole.filter((text) => text.startsWith('message '))) readAgain(shown.slice('message '.length));
  },
};

/** What was printed is JSON, and means the same to any reader. Read twice, because each reading turns members of one bucket round. */
function readAgain(text: string): void {
  promised(/^[\x20-\x7e]*$/.test(text), `printed in ASCII: ${text}`);
  JSON.parse(text);
  promised(readAndPrinted(readAndPrinted(text)) === text, `read again it is the same: ${text}`);
}

function readAndPrinted(text: string): string {
  const [frame] = [...new Framer(plainKernels).push(bytesOf(`${text} `))];
  promised(frame?.kind === 'message', `it can be read again: ${text}`);
  return printed(frame.value);
}
