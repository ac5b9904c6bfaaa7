import type { Random } from './random.js';

/** Where mutations take their material from. */
export interface Material {
  readonly dictionary: readonly Uint8Array[];
  /** other inputs */
  readonly corpus: readonly Uint8Array[];
  /** bytes that the result may have */
  readonly largest: number;
}

/** One change of the input. */
type Change = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

/** Bytes at which readers tend to decide something. */
const TELLING = [0x00, 0x01, 0x0a, 0x20, 0x22, 0x27, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff];
const NUMBERS = ['0', '-1', '1e400', '-0', '0.1', '255', '2147483648', '9223372036854775808', '18446744073709551616'];
const LONGEST_RUN = 300;

function splice(input: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + put.length + input.length - to);
  result.set(input.subarray(0, from));
  result.set(put, from);
  result.set(input.subarray(to), from + put.length);
  return result;
}

/** A piece of the input: where it begins and ends. */
function piece(input: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random.below(input.length + 1);
  const length = random.once(4)
    ? random.below(input.length - from + 1)
    : random.below(Math.min(9, input.length - from + 1));
  return [from, from + length];
}

const CHANGES: readonly Change[] = [
  function flipBit(input, random) {
    const result = input.slice();
    const at = random.below(input.length);
    if (at < result.length) result[at] = (result[at] ?? 0) ^ (1 << random.below(8));
    return result;
  },
  function setByte(input, random) {
    const at = random.below(input.length + 1);
    const byte = random.once(2) ? random.pick(TELLING) : random.below(256);
    return splice(input, at, Math.min(at + random.below(2), input.length), Uint8Array.of(byte));
  },
  function remove(input, random) {
    return splice(input, ...piece(input, random), new Uint8Array(0));
  },
  function repeat(input, random) {
    const [from, to] = piece(input, random);
    const times = random.once(8) ? random.below(LONGEST_RUN) : 1;
    const run = new Uint8Array((to - from) * times);
    for (let at = 0; at < run.length; at += to - from) run.set(input.subarray(from, to), at);
    return splice(input, to, to, run);
  },
  function word(input, random, { dictionary }) {
    if (dictionary.length === 0) return input;
    const [from, to] = piece(input, random);
    return splice(input, from, random.once(2) ? from : to, random.pick(dictionary));
  },
  function number(input, random) {
    const [from, to] = piece(input, random);
    return splice(input, from, to, new Uint8Array(Buffer.from(random.pick(NUMBERS))));
  },
  function borrow(input, random, { corpus }) {
    if (corpus.length === 0) return input;
    const other = random.pick(corpus);
    const [from, to] = piece(input, random);
    return splice(input, from, to, other.subarray(...piece(other, random)));
  },
  function cross(input, random, { corpus }) {
    if (corpus.length === 0) return input;
    const other = random.pick(corpus);
    const [at] = piece(input, random);
    return splice(input, at, input.length, other.subarray(random.below(other.length + 1)));
  },
];

/** A relative of an input, by one to six changes. */
export function mutate(input: Uint8Array, random: Random, material: Material): Uint8Array {
  let result = input;
  for (let times = 1 + random.below(6); times > 0; times--) result = random.pick(CHANGES)(result, random, material);
  return result.slice(0, material.largest);
}
