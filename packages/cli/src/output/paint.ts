/** Whether a stream shows colours: a terminal, and nobody said no (https://no-color.org). */
function showsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Colour = keyof typeof CODES;

/** @returns the text in a colour, or as it is where colours are not shown */
export function paint(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return showsColour(stream) ? `\x1b[${String(CODES[colour])}m${text}\x1b[0m` : text;
}
