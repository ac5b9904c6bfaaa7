import type { ByteKernels } from './bytes.js';
import type { StructType, TypeRef } from './descriptor.js';
import { inDictOrder } from './dict-order.js';
import { formatDouble } from './number.js';
import { base64Part, encodedParts, type OutputPart } from './payload.js';
import { AsciiText, JsonDouble, type JsonValue } from './value.js';

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Everything but printable ASCII, and the two characters that need an escape. */
const SPECIAL = /[^ !#-[\]-~]/;
const ALL_SPECIAL = new RegExp(SPECIAL, 'g');

function escape(unit: string): string {
  const code = unit.charCodeAt(0);
  return SHORT_ESCAPES[unit] ?? '\\u' + code.toString(16).toUpperCase().padStart(4, '0');
}

/** Characters after which a new piece of text begins: an interpreter copies a text each time something is added to it. */
const PIECE = 200;

/** A JSON string as QEMU prints it: pure ASCII, with upper-case escapes. */
export function quoteText(text: string): string {
  // most texts need no escape, and an interpreter takes several times as long to replace nothing
  return SPECIAL.test(text) ? `"${text.replace(ALL_SPECIAL, escape)}"` : `"${text}"`;
}

/** A member as it is printed: what stands before its value, and the value's type. */
interface WireMember {
  readonly name: string;
  readonly label: string;
  readonly type: TypeRef;
}

/** The members of the types that were printed; looking them up for each value would take longer than printing it. */
const wireMembers = new WeakMap<StructType, readonly WireMember[]>();

function wireMembersOf(type: StructType): readonly WireMember[] {
  const known = wireMembers.get(type);
  if (known !== undefined) return known;
  const types = new Map(type.members.map((one) => [one.name, one.type]));
  const found = type.wire.flatMap((name): WireMember[] => {
    const itemType = types.get(name);
    return itemType === undefined ? [] : [{ name, label: `"${name}": `, type: itemType }];
  });
  wireMembers.set(type, found);
  return found;
}

/** An array or object that is being printed: its elements (without keys) or members, and how far it is. */
interface Level {
  readonly entries: readonly (readonly [key: string | undefined, item: JsonValue])[];
  at: number;
  readonly close: string;
}

/** Writes JSON with QEMU's spacing, escapes and member order. Payloads are passed on as bytes, never as text. */
export class JsonPrinter {
  readonly #kernels: ByteKernels;
  /** what comes before the text, where there is anything: most replies are one piece */
  #parts: OutputPart[] | undefined;
  /** complete pieces of text, and the one that is being added to */
  #texts: string[] | undefined;
  #text = '';

  constructor(kernels: ByteKernels) {
    this.#kernels = kernels;
  }

  /** Adds text that is JSON (and ASCII) already. */
  raw(text: string): this {
    this.#text += text;
    if (this.#text.length > PIECE) {
      this.#texts ??= [];
      this.#texts.push(this.#text);
      this.#text = '';
    }
    return this;
  }

  /** The bytes written so far; the printer is empty afterwards. */
  take(): Uint8Array[] {
    return encodedParts(this.takeParts());
  }

  /** The same, with long payloads not encoded yet. */
  takeParts(): OutputPart[] {
    const parts = this.#parts;
    const more = this.#text !== '' || this.#texts !== undefined || parts === undefined;
    this.#parts = undefined;
    if (!more) return parts;
    const text = this.#takeText();
    if (parts === undefined) return [text];
    parts.push(text);
    return parts;
  }

  /** Adds a value as it was read, without recursion: the peer decides how deep it is. */
  json(value: JsonValue): this {
    const open: Level[] = [];
    this.#enter(value, open);
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const entry = level.entries[level.at];
      if (entry === undefined) {
        this.raw(level.close);
        open.pop();
        continue;
      }
      const [key, item] = entry;
      this.raw((level.at > 0 ? ', ' : '') + (key === undefined ? '' : `${quoteText(key)}: `));
      level.at += 1;
      this.#enter(item, open);
    }
    return this;
  }

  /** Adds a scalar, or opens what holds others. */
  #enter(value: JsonValue, open: Level[]): void {
    if (value === null || typeof value === 'boolean') this.raw(String(value));
    else if (typeof value === 'string') this.raw(quoteText(value));
    else if (typeof value === 'number' || typeof value === 'bigint') this.raw(String(value));
    else if (value instanceof JsonDouble) this.raw(formatDouble(value.value));
    else if (value instanceof AsciiText) this.#ascii(value);
    else if (Array.isArray(value)) {
      this.raw('[');
      open.push({ entries: value.map((item) => [undefined, item]), at: 0, close: ']' });
    } else {
      this.raw('{');
      open.push({ entries: inDictOrder(value), at: 0, close: '}' });
    }
  }

  /**
   * Adds a TypeScript value of a type of the schema.
   * @throws TypeError when the value is not of that type: a fault of the caller, not of the peer
   */
  typed(type: TypeRef, value: unknown): this {
    switch (type.kind) {
      case 'array':
        if (!Array.isArray(value)) throw misfit(type, value);
        return this.#list(value, (item: unknown) => this.typed(type.of, item));
      case 'struct':
        return this.#struct(type, value);
      case 'union': {
        const struct = type.cases[String(member(value, type.tag))];
        if (struct === undefined) throw misfit(type, value);
        return this.#struct(struct, value);
      }
      case 'base64':
        if (!(value instanceof Uint8Array)) throw misfit(type, value);
        return this.#bytes(value);
      default:
        return this.#scalar(type, value);
    }
  }

  #scalar(type: TypeRef, value: unknown): this {
    if (typeof value === 'string') return this.raw(quoteText(value));
    if (typeof value === 'boolean' || typeof value === 'bigint' || value === null) return this.raw(String(value));
    if (typeof value === 'number' && Number.isFinite(value)) {
      return this.raw(Number.isSafeInteger(value) ? String(value) : formatDouble(value));
    }
    throw misfit(type, value);
  }

  #struct(type: StructType, value: unknown): this {
    const members = wireMembersOf(type);
    let before = '{';
    // by index: the engine of the native host makes an object a round for `for … of`
    for (let at = 0; at < members.length; at++) {
      const found = members[at];
      const item = found === undefined ? undefined : member(value, found.name);
      if (found === undefined || item === undefined) continue;
      this.raw(before + found.label).typed(found.type, item);
      before = ', ';
    }
    return this.raw(before === '{' ? '{}' : '}');
  }

  #list<T>(items: readonly T[], print: (item: T) => void): this {
    this.raw('[');
    items.forEach((item, at) => {
      if (at > 0) this.raw(', ');
      print(item);
    });
    return this.raw(']');
  }

  /** A long string as it came: only a character outside printable ASCII forces it through text. */
  #ascii(text: AsciiText): this {
    for (const [at, part] of text.parts.entries()) {
      const piece = quoteText(this.#kernels.asciiToText(part)).slice(1, -1);
      this.raw(at === 0 ? `"${piece}` : piece);
    }
    return this.raw('"');
  }

  #bytes(bytes: Uint8Array): this {
    this.#parts ??= [];
    this.#parts.push(this.#takeText('"'), base64Part(this.#kernels, bytes));
    return this.raw('"');
  }

  /** The text that is not among the parts yet. @param end is put behind it */
  #takeText(end = ''): Uint8Array {
    const texts = this.#texts;
    const text = texts === undefined ? this.#text + end : texts.join('') + this.#text + end;
    this.#texts = undefined;
    this.#text = '';
    return this.#kernels.textToAscii(text);
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function misfit(type: TypeRef, value: unknown): TypeError {
  const name = 'name' in type ? type.name : type.kind;
  return new TypeError(`a value of type ${typeof value} cannot be sent as ${name}`);
}
