import type { TraceEvent } from '@qga/client';

const MARGIN = '   ';
/** Characters of a line on the wire that are shown; from longer ones the middle is left out. */
const SHOWN = 92;
const TAIL = 24;
const LF = 0x0a;

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** What the demo prints: steps, the lines that pass on the wire, and findings. Plain without a terminal or with NO_COLOR. */
export class Screen {
  readonly #colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  readonly #partial = { sent: Buffer.alloc(0), received: Buffer.alloc(0) };
  #step = 0;

  title(text: string): void {
    this.#print(this.#paint('bold', text));
  }

  step(text: string): void {
    this.#step += 1;
    this.#print(`\n${this.#paint('bold', `${String(this.#step)}  ${text}`)}`);
  }

  /** Something that was found to be as it should. */
  good(text: string): void {
    this.#print(`${MARGIN}${this.#paint('green', '✓')} ${text}`);
  }

  bad(text: string): void {
    this.#print(`${MARGIN}${this.#paint('red', '✗')} ${text}`);
  }

  /** Something that was left out. */
  skipped(text: string): void {
    this.#print(`${MARGIN}${this.#paint('yellow', '–')} skipped: ${text}`);
  }

  note(text: string): void {
    this.#print(`${MARGIN}  ${this.#paint('dim', text)}`);
  }

  /** Shows what passes on the wire, line by line; an unfinished line waits for its end. */
  readonly wire = ({ direction, bytes }: TraceEvent): void => {
    let rest = Buffer.concat([this.#partial[direction], bytes]);
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      this.#line(direction, rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.#partial[direction] = rest;
  };

  #line(direction: TraceEvent['direction'], bytes: Buffer): void {
    const text = bytes.toString('latin1').replaceAll('\u00ff', '<FF>');
    const cut = text.length > SHOWN ? `${text.slice(0, SHOWN - TAIL - 1)}…${text.slice(-TAIL)}` : text;
    const arrow = direction === 'sent' ? this.#paint('cyan', '→') : this.#paint('yellow', '←');
    this.#print(`${MARGIN}${arrow} ${this.#paint('dim', cut)}`);
  }

  #paint(colour: keyof typeof COLOURS, text: string): string {
    return this.#colour ? `\u001b[${String(COLOURS[colour])}m${text}\u001b[0m` : text;
  }

  #print(line: string): void {
    process.stdout.write(`${line}\n`);
  }
}
