import { JsonDouble } from './value.js';

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
/** Integers of up to this many characters are safe in a double. */
const SAFE_LENGTH = 15;

/**
 * Value of a JSON number in QEMU's reading: an integer where it fits 64 bits (signed, else unsigned), else a double.
 * @param text matches JSON's grammar of numbers
 * @returns a number for safe integers, a bigint for other 64-bit ones, a JsonDouble for the rest
 */
export function parseNumber(text: string): number | bigint | JsonDouble {
  const integer = !/[.eE]/.test(text);
  if (integer && text.length <= SAFE_LENGTH) return Number(text) + 0;
  if (integer && text.length <= 20) {
    const value = BigInt(text);
    if (value >= INT64_MIN && value <= UINT64_MAX) return narrow(value);
  }
  return new JsonDouble(Number(text));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The digits that C's `%.17g` prints for a finite double: 0.1 as 0.10000000000000001, 5.0 as 5, 1e22 as 1e+22. */
export function formatDouble(value: number): string {
  const [mantissa = '0', exponentText = '0'] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < -4 || exponent >= 17) {
    const fraction = digits.slice(1).replace(/0+$/, '');
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0] ?? '0'}${fraction === '' ? '' : '.' + fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits.replace(/0+$/, '')}`;
  const fraction = digits.slice(exponent + 1).replace(/0+$/, '');
  return `${sign}${digits.slice(0, exponent + 1)}${fraction === '' ? '' : '.' + fraction}`;
}
