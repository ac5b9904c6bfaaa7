/** Bytes as text on one line: what is not printable ASCII becomes `\n`, `\t` or `\xNN`. */
export function printable(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e…]/g, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    if (character === '\r') return '\\r';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
