import { AsciiText, encodeModifiedUtf8, JsonDouble, type JsonValue } from '@qga/protocol';
import type { Platform } from '../platform.js';

/**
 * How a member's text is told: as it is; the name of NAME=value; size and hash, of the text or of what its base64 stands for;
 * size alone.
 */
type Telling = 'plain' | 'name' | 'hash' | 'content' | 'size';

/**
 * Every argument that is text, by its name. What is not here is told by size and hash, so that a new command gives nothing
 * away before somebody has thought about it.
 */
export const TELLING: Readonly<Record<string, Telling>> = {
  mode: 'plain',
  path: 'plain',
  whence: 'plain',
  mountpoints: 'plain',
  username: 'plain',
  arg: 'plain',
  'capture-output': 'plain',
  env: 'name',
  'buf-b64': 'content',
  'input-data': 'content',
  keys: 'hash',
  // a hash of a short secret can be guessed
  password: 'size',
};

/** Characters of a text that is told; the rest is counted. */
const LONGEST_TEXT = 256;
/** Elements of a list that are told. */
const MOST_ELEMENTS = 64;
/** Members deep: no command nests deeper. */
const DEEPEST = 4;
/** Bytes that are hashed; more would hold up the other clients. */
const MOST_HASHED = 8 * 1024 * 1024;

/** Without `sha256` what would be told by its hash is told by its size alone. */
type Hosts = Pick<Platform, 'kernels'> & Partial<Pick<Platform, 'sha256'>>;

/** What the audit tells of a request's arguments: a value for JSON.stringify. */
export function tellArguments(hosts: Hosts, value: JsonValue | undefined): unknown {
  return value instanceof Map ? tellMembers(hosts, value, 1) : undefined;
}

function tellMembers(hosts: Hosts, members: ReadonlyMap<string, JsonValue>, depth: number): unknown {
  const told = [...members]
    .slice(0, MOST_ELEMENTS)
    .map(([name, value]): [string, unknown] => [
      cut(name),
      tell(hosts, value, Object.hasOwn(TELLING, name) ? (TELLING[name] ?? 'hash') : 'hash', depth),
    ]);
  return Object.fromEntries(told);
}

function tell(hosts: Hosts, value: JsonValue, telling: Telling, depth: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof JsonDouble) return value.value;
  if (typeof value === 'string' || value instanceof AsciiText) return tellText(hosts, value, telling);
  if (depth >= DEEPEST) return '…';
  if (value instanceof Map) return tellMembers(hosts, value, depth + 1);
  const told = value.slice(0, MOST_ELEMENTS).map((element) => tell(hosts, element, telling, depth + 1));
  return value.length > MOST_ELEMENTS ? [...told, `… ${String(value.length - MOST_ELEMENTS)} more`] : told;
}

function tellText({ kernels, sha256 }: Hosts, text: string | AsciiText, telling: Telling): unknown {
  if (telling === 'plain') return typeof text === 'string' ? cut(text) : cutAscii(kernels, text);
  if (telling === 'name') return cut(typeof text === 'string' ? (text.split('=', 1)[0] ?? '') : nameOf(kernels, text));
  const size = { characters: text.length };
  if (telling === 'size' || sha256 === undefined || text.length > MOST_HASHED) return size;
  const parts = typeof text === 'string' ? [encodeModifiedUtf8(text)] : text.parts;
  if (telling === 'hash') return { ...size, sha256: hex(sha256(parts)) };
  const content = kernels.decodeBase64(parts);
  return content === undefined ? size : { bytes: content.length, sha256: hex(sha256([content])) };
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${String(text.length)} characters)` : text;
}

/** A long text is in pieces, of which only the first matters here. */
function cutAscii(kernels: Platform['kernels'], { parts, length }: AsciiText): string {
  const head = kernels.asciiToText((parts[0] ?? new Uint8Array(0)).slice(0, LONGEST_TEXT));
  return `${head}… (${String(length)} characters)`;
}

function nameOf(kernels: Platform['kernels'], text: AsciiText): string {
  return cutAscii(kernels, text).split('=', 1)[0] ?? '';
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
