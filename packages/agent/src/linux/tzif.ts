import { parsePosixZone, posixZoneAt, type LocalTime, type PosixZone } from './posix-zone.js';

/** A time zone's history, and its rule for the time after. */
export interface TimeZone {
  /** seconds since the epoch, rising */
  readonly changes: readonly number[];
  /** what holds from each change on */
  readonly after: readonly LocalTime[];
  /** what holds before the first change */
  readonly before: LocalTime;
  readonly rule: PosixZone | undefined;
}

const MAGIC = 0x545a6966;
const HEADER_SIZE = 44;
const VERSION_AT = 4;
const COUNTS_AT = 20;
const TYPE_SIZE = 6;

/** How much a block has of each kind, and how long its times are: RFC 8536. */
interface Block {
  readonly at: number;
  readonly timeSize: 4 | 8;
  readonly times: number;
  readonly types: number;
  readonly chars: number;
  readonly end: number;
}

/**
 * Reads a compiled time zone: tzfile(5), RFC 8536.
 * @returns undefined when the bytes are none
 */
export function parseTzif(bytes: Uint8Array): TimeZone | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const old = readHeader(view, 0, 4);
  if (old === undefined) return undefined;
  // from version 2 on everything comes again with longer times, and a rule behind
  if (view.getUint8(VERSION_AT) === 0) return readBlock(view, old, undefined);
  const block = readHeader(view, old.end, 8);
  if (block === undefined) return undefined;
  const footer = text(view, block.end + 1, bytes.length);
  return readBlock(view, block, parsePosixZone(footer));
}

/** @param now seconds since the epoch */
export function tzifAt({ changes, after, before, rule }: TimeZone, now: number): LocalTime {
  const index = changes.findLastIndex((change) => change <= now);
  if (rule !== undefined && index === changes.length - 1) return posixZoneAt(rule, now);
  return after[index] ?? before;
}

/** @returns undefined when there is no header, or the block is longer than the file */
function readHeader(view: DataView, start: number, timeSize: 4 | 8): Block | undefined {
  const at = start + HEADER_SIZE;
  if (at > view.byteLength || view.getUint32(start) !== MAGIC) return undefined;
  const count = (index: number): number => view.getUint32(start + COUNTS_AT + 4 * index);
  const [utcMarks, standardMarks, leaps, times, types, chars] = [0, 1, 2, 3, 4, 5].map(count) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const size = times * (timeSize + 1) + types * TYPE_SIZE + chars + leaps * (timeSize + 4) + standardMarks + utcMarks;
  const end = at + size;
  return types === 0 || end > view.byteLength ? undefined : { at, timeSize, times, types, chars, end };
}

function readBlock(view: DataView, block: Block, rule: PosixZone | undefined): TimeZone | undefined {
  const { at, timeSize, times, types, chars } = block;
  const indexesAt = at + times * timeSize;
  const typesAt = indexesAt + times;
  const namesAt = typesAt + types * TYPE_SIZE;
  const locals = Array.from({ length: types }, (_, index): LocalTime => {
    const typeAt = typesAt + index * TYPE_SIZE;
    const name = text(view, namesAt + view.getUint8(typeAt + 5), namesAt + chars);
    return { zone: name, offset: view.getInt32(typeAt) };
  });
  const [before] = locals;
  if (before === undefined) return undefined;
  const changes: number[] = [];
  const after: LocalTime[] = [];
  for (let index = 0; index < times; index++) {
    changes.push(timeSize === 8 ? Number(view.getBigInt64(at + 8 * index)) : view.getInt32(at + 4 * index));
    after.push(locals[view.getUint8(indexesAt + index)] ?? before);
  }
  return { changes, after, before, rule };
}

/** ASCII text up to a NUL, a line feed, or the end. */
function text(view: DataView, from: number, to: number): string {
  let result = '';
  for (let at = from; at < to; at++) {
    const code = view.getUint8(at);
    if (code === 0 || code === 0x0a) break;
    result += String.fromCharCode(code);
  }
  return result;
}
