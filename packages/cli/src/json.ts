import { nodeEnvironment } from '@qga/client';
import { Framer, type JsonValue } from '@qga/protocol';
import { harmless } from './text.js';

/**
 * Reads JSON without losing digits.
 * @returns the value, or undefined when the text is not exactly one JSON value
 */
export function parseJson(text: string): JsonValue | undefined {
  // a number ends only with what follows it
  const [first, second] = [...new Framer(nodeEnvironment.kernels).push(Buffer.from(`${text}\n`))];
  return first?.kind === 'message' && second === undefined ? first.value : undefined;
}

/**
 * Prints a value of the schema: integers exactly, bytes as base64, nothing that a terminal would act on.
 * @param pretty one member a line instead of all in one line
 */
export function formatJson(value: unknown, pretty: boolean, margin = ''): string {
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) {
    return enclose(
      '[]',
      value.map((item: unknown) => formatJson(item, pretty, `${margin}  `)),
      pretty,
      margin,
    );
  }
  if (typeof value === 'object' && value !== null) {
    const present = Object.entries(value).filter(([, member]) => member !== undefined);
    const members = present.map(
      ([name, member]) =>
        `${formatJson(name, pretty)}:${pretty ? ' ' : ''}${formatJson(member, pretty, `${margin}  `)}`,
    );
    return enclose('{}', members, pretty, margin);
  }
  return harmless(JSON.stringify(value));
}

function enclose(brackets: string, items: readonly string[], pretty: boolean, margin: string): string {
  const [open = '', close = ''] = brackets;
  if (!pretty || items.length === 0) return open + items.join(',') + close;
  const inner = `\n${margin}  `;
  return `${open}${inner}${items.join(`,${inner}`)}\n${margin}${close}`;
}
