/** Where in JSON's grammar of numbers the reader stands. */
export type NumberState = 'minus' | 'zero' | 'digits' | 'point' | 'fraction' | 'exponent' | 'sign' | 'power';

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function isExponent(byte: number): boolean {
  return byte === 0x65 || byte === 0x45;
}

/** State after a number's first byte; undefined when no number begins with it. */
export function numberStart(byte: number): NumberState | undefined {
  if (byte === MINUS) return 'minus';
  if (byte === ZERO) return 'zero';
  return isDigit(byte) ? 'digits' : undefined;
}

/**
 * One step of the grammar.
 * @returns the next state; 'end' when the number was complete before this byte; 'stray' when the byte breaks it
 */
export function numberStep(state: NumberState, byte: number): NumberState | 'end' | 'stray' {
  switch (state) {
    case 'minus':
      return byte === ZERO ? 'zero' : isDigit(byte) ? 'digits' : 'stray';
    case 'zero':
      // QEMU's lexer knows no exponent behind a zero: it ends the number, and the letter begins a keyword
      if (isDigit(byte)) return 'stray';
      return byte === POINT ? 'point' : 'end';
    case 'digits':
      if (isDigit(byte)) return 'digits';
      if (byte === POINT) return 'point';
      return isExponent(byte) ? 'exponent' : 'end';
    case 'point':
      return isDigit(byte) ? 'fraction' : 'stray';
    case 'fraction':
      if (isDigit(byte)) return 'fraction';
      return isExponent(byte) ? 'exponent' : 'end';
    case 'exponent':
      if (byte === PLUS || byte === MINUS) return 'sign';
      return isDigit(byte) ? 'power' : 'stray';
    case 'sign':
      return isDigit(byte) ? 'power' : 'stray';
    case 'power':
      return isDigit(byte) ? 'power' : 'end';
  }
}
