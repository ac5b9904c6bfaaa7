/** Columns of a help text. */
const WIDTH = 80;

/** Characters that move the cursor, change the terminal's mind, or turn the direction of text round. */
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escape(unit: string): string {
  if (unit === '\n') return '\\n';
  return '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0');
}

/** @returns the text with everything escaped that could fool the reader of a terminal; it may come from a hostile guest */
export function harmless(text: string): string {
  return text.replace(UNSAFE, escape);
}

/** @returns the words in lines of at most `width` columns (a longer word stays whole), all but the first indented by `indent` */
export function wrap(text: string, indent: number, first = '', width = WIDTH): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

/** @returns the schema's text (one line for each paragraph or list item) wrapped */
export function wrapAll(text: string, indent = 0): string {
  const margin = ' '.repeat(indent);
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : wrap(line, line.startsWith('- ') ? indent + 2 : indent, margin)))
    .join('\n');
}

/** @returns rows of two columns; a name that is too long for its column stands alone */
export function table(rows: readonly (readonly [name: string, text: string])[], widest = 28): string {
  const width = Math.min(widest, Math.max(...rows.map(([name]) => name.length)));
  return rows
    .map(([name, text]) => {
      const indent = width + 4;
      const start = `  ${name}`;
      if (name.length > width) return `${start}\n${wrap(text, indent, ' '.repeat(indent))}`;
      return wrap(text, indent, start.padEnd(indent));
    })
    .join('\n');
}
