import { typeText } from '../schema.js';
import type { Type } from '../schema.js';
import { unwrap } from './text.js';

/** Turns the schema's markup into Markdown, with links for the names that have a heading. */
export class Markdown {
  private readonly names: ReadonlySet<string>;

  constructor(names: Iterable<string>) {
    this.names = new Set(names);
  }

  /** Running text. `self` is the heading it stands under, which is not linked. */
  text(text: string, self = ''): string {
    // Literals are set aside, for neither links nor escapes apply in them.
    const pieces = text.split(/(``.+?``|`[^`]+`)/s);
    return pieces
      .map((piece) => (piece.startsWith('`') ? this.literal(piece, self) : this.prose(piece, self)))
      .join('');
  }

  /** Text for a table cell: one line. */
  cell(text: string, self = ''): string {
    const lines = unwrap(this.text(text, self));
    return lines
      .replace(/\n\n(?=- )/g, '\n')
      .replaceAll('\n\n', '<br><br>')
      .replaceAll('\n- ', '<br>- ')
      .replaceAll('\n', ' ')
      .replaceAll('|', '\\|');
  }

  link(name: string): string {
    return this.names.has(name) ? `[${name}](#${slug(name)})` : `\`${name}\``;
  }

  /** A type with link; arrays as «list of …». */
  type(type: Type): string {
    if (type.kind === 'array') return `list of ${this.type(type.of)}`;
    return this.link(typeText(type));
  }

  private literal(piece: string, self: string): string {
    const name = piece.replace(/^`+|`+$/g, '').replaceAll('\n', ' ');
    const isReference = !piece.startsWith('``') && name !== self && this.names.has(name);
    return isReference ? this.link(name) : `\`${name}\``;
  }

  private prose(piece: string, self: string): string {
    const escaped = piece.replaceAll('<', '&lt;').replaceAll('*', '\\*');
    return escaped.replace(/@?[A-Za-z][\w-]*/g, (word) => {
      const name = word.replace('@', '');
      if (this.names.has(name)) return name === self ? `\`${name}\`` : this.link(name);
      return word.startsWith('@') ? `\`${name}\`` : word;
    });
  }
}

/** The anchor that a heading gets from the usual renderers. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** A table; cells are Markdown already. Columns whose cells are all empty are left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const line = (cells: readonly string[]): string => `| ${columns.map((index) => cells[index] ?? '').join(' | ')} |`;
  return [line(head), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
